// Package frames fuzzes what RFC 6455 5 says about frames: header, masking,
// text, Close body, the rules of a frame, and streams of frames. It imports
// little, so that its targets run fast.
package frames
