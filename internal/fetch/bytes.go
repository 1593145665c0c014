package fetch

import (
	"context"
	"fmt"
	"io"
	"net/http"
)

// Bytes returns what is at an address, limit bytes at most. An answer that is
// cut is asked for again as a whole.
func (r Request) Bytes(ctx context.Context, limit int64) ([]byte, error) {
	r = r.withDefaults()
	var data []byte
	err := r.retry(ctx, func() (bool, error) {
		return false, r.do(ctx, 0, "", func(resp *http.Response, alive func()) (err error) {
			if data, err = io.ReadAll(io.LimitReader(&aliveReader{resp.Body, alive}, limit+1)); err != nil {
				return err
			}
			if int64(len(data)) > limit {
				return final{fmt.Errorf("more than the %d bytes expected arrive: %w", limit, ErrChecksum)}
			}
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	return data, nil
}

// aliveReader tells of each read that brought something.
type aliveReader struct {
	r     io.Reader
	alive func()
}

func (a *aliveReader) Read(p []byte) (int, error) {
	n, err := a.r.Read(p)
	if n > 0 {
		a.alive()
	}
	return n, err
}
