package datasets

import (
	"errors"
	"io/fs"
)

func newParquet(f fs.File, want []int) (rows, error) {
	return nil, errors.New("Parquet is not read yet")
}
