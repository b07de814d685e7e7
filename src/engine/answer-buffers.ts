import { BufferPool } from '../base/buffer-pool.ts';
import { ANSWER_BUFFER_BYTES_MAX, ANSWER_BUFFERS_BYTES_KEPT } from '../base/limits.ts';

/** Where the answers of plans are copied to; whoever has sent one may give its buffer back. */
export const ANSWER_BUFFERS = new BufferPool({
  bytesLargest: ANSWER_BUFFER_BYTES_MAX,
  bytesKept: ANSWER_BUFFERS_BYTES_KEPT,
});
