/** msgpackr's own types of these entry points re-export from '.', which TypeScript can't resolve in an ES module. */
declare module 'msgpackr/pack' {
  export { Packr, RESET_BUFFER_MODE } from 'msgpackr';
}
declare module 'msgpackr/unpack' {
  export { Unpackr } from 'msgpackr';
}
