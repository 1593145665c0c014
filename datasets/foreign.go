package datasets

import (
	"bytes"
	"path"
	"strings"
)

// foreign says of the first bytes of a file of another kind what it is and what to do,
// "" of what may be a table.
func foreign(head []byte) string {
	for _, f := range []struct{ magic, what string }{
		{"\xd0\xcf\x11\xe0", "is an old Excel workbook; save the sheet as CSV UTF-8"},
		{"PAR1", "is a Parquet file that is packed once more; unpack it"},
		{"ARROW1\x00", "is an Arrow or Feather file; write it as Parquet (in Python: pandas.read_feather(IN).to_parquet(OUT))"},
		{"\xff\xff\xff\xff", "is a stream of Arrow, as Hugging Face's save_to_disk writes; write it as Parquet (Dataset.to_parquet)"},
		{"FEA1", "is a Feather file of version 1; write it as Parquet"},
		{"Obj\x01", "is an Avro file; write it as Parquet or CSV"},
		{"\x93NUMPY", "is an array of NumPy; write it as CSV with a header"},
		{"\x89HDF\r\n", "is in HDF5; export the table as CSV or Parquet"},
		{"\x80\x02", "is a pickle of Python, which is not read; write the table as CSV or Parquet"},
		{"\x80\x03", "is a pickle of Python, which is not read; write the table as CSV or Parquet"},
		{"\x80\x04", "is a pickle of Python, which is not read; write the table as CSV or Parquet"},
		{"\x80\x05", "is a pickle of Python, which is not read; write the table as CSV or Parquet"},
		{"<stata_dta>", "is a file of Stata; export it as CSV"},
		{"$FL2", "is a file of SPSS; export it as CSV"},
		{"RDX3\n", "is a file of R; write the table by write.csv"},
		{"\xfd7zXZ", "is packed by xz, and only gzip, Zstandard and bzip2 are; unpack it"},
		{"7z\xbc\xaf", "is a 7-Zip archive; unpack it, and name the table in it"},
		{"Rar!", "is a RAR archive; unpack it, and name the table in it"},
		{"%PDF-", "is a PDF and no table; export the table as CSV UTF-8"},
		{"SQLite format 3", "is a database; export the table as CSV UTF-8"},
		{"version https://git-lfs", "is a pointer of Git LFS to the file; fetch that (git lfs pull)"},
	} {
		if bytes.HasPrefix(head, []byte(f.magic)) {
			return f.what
		}
	}
	trimmed := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		if bytes.Contains(head, []byte("[Content_Types].xml")) || bytes.Contains(head, []byte("xl/")) {
			return "is an Excel workbook; save the sheet as CSV UTF-8"
		}
		return "is a zip file or an Excel workbook; unpack it and name the table in it, or save the sheet as CSV UTF-8"
	case bytes.HasPrefix(head, []byte("ORC")) && bytes.IndexByte(head, 0) >= 0:
		return "is an ORC file; write it as Parquet or CSV"
	case isTar(head):
		return "is a tar archive; unpack it and name the table in it"
	case hasPrefixFold(trimmed, "<!doctype html"), hasPrefixFold(trimmed, "<html"):
		return "is a web page; was the page saved in place of the file it links to?"
	case hasPrefixFold(trimmed, "<?xml"):
		return "is XML and no table; export the table as CSV UTF-8"
	case hasPrefixFold(trimmed, "@relation"):
		return "is in Weka's ARFF; write it as CSV, with a first line that names the columns"
	case hasPrefixFold(trimmed, "create table"), hasPrefixFold(trimmed, "insert into"):
		return "is a dump of a database in SQL; export the table as CSV UTF-8"
	}
	return ""
}

// named reports whether a file's name tells its format.
func named(name string) bool {
	switch path.Ext(UnpackedName(name)) {
	case ".csv", ".tsv", ".tab", ".jsonl", ".ndjson", ".json", ".parquet":
		return true
	}
	return false
}

// sniff tells a table whose name does not, by its first lines: all must have as many
// cells, two or more, by one delimiter; "" for what is none.
func sniff(head []byte) Format {
	cfg := TableConfig{}
	if text, err := decodeHead(head, &cfg); err == nil {
		head = text
	}
	if bytes.IndexByte(head, '\n') < 0 {
		head = bytes.ReplaceAll(head, []byte("\r"), []byte("\n"))
	}
	for _, comma := range "\t,;|" {
		rows := headRows(head, byte(comma), 100)
		if len(rows) < 3 || len(rows[0]) < 2 {
			continue
		}
		same := true
		for _, row := range rows {
			same = same && len(row) == len(rows[0])
		}
		if !same || strings.TrimSpace(strings.Join(rows[0], "")) == "" {
			continue
		}
		if comma == '\t' {
			return TSV
		}
		return CSV
	}
	return ""
}
