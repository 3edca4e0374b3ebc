package ref

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"sync"
)

// ReadJSON reads the next message, which has to be text, and decodes its JSON
// into v as json.Unmarshal does. A message that is not such JSON is an error and
// is gone; the connection stays open, and it is for the caller to close it, with
// [StatusInvalidPayloadData] for example. All other errors are those of
// [Conn.Read].
func (c *Conn) ReadJSON(ctx context.Context, v any) error {
	typ, data, err := c.Read(ctx)
	if err != nil {
		return err
	}
	if typ != Text {
		return fmt.Errorf("read JSON: %v message, want text", typ)
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("read JSON: %w", err)
	}
	return nil
}

// WriteJSON sends the JSON of v, as json.Marshal makes it, as a text message.
// Nothing is sent if v has no JSON. All other errors are those of [Conn.Write].
func (c *Conn) WriteJSON(ctx context.Context, v any) error {
	buffer, _ := jsonBuffers.Get().(*bytes.Buffer)
	defer func() {
		if buffer.Cap() <= largestPooledJSON {
			jsonBuffers.Put(buffer)
		}
	}()
	buffer.Reset()
	if err := json.NewEncoder(buffer).Encode(v); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return c.Write(ctx, Text, bytes.TrimSuffix(buffer.Bytes(), []byte("\n")))
}

// largestPooledJSON is the size in octets above which a buffer is not kept.
const largestPooledJSON = 64 << 10

var jsonBuffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}
