// Package frames fuzzes the framing of RFC 6455 5: header, masking, text, Close body, the
// rules of a frame, and streams of frames. It imports few packages, so that its targets
// are fast.
package frames
