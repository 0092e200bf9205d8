declare module "stream-chunker" {
  /** What is done with the last piece where it is short of `chunkBytes`. */
  interface StreamChunkerOptions {
    /** Gives it out; without that it is lost. */
    readonly flush?: boolean;
    /** Fills it with zeros. */
    readonly align?: boolean;
  }

  /** A stream that gives what is written to it in pieces of one length. */
  export default function chunker(chunkBytes: number, options?: StreamChunkerOptions): NodeJS.ReadWriteStream;
}
