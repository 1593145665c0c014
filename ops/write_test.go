package ops_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// Param.Data is for reading: a change that goes through it is not counted, and
// predictors answer by weights of before. Nobody in the module makes one, by
// assigning to an element, or as what copy, clear or a file's Into fills, whether of
// the call itself or of a variable that was given it.
func TestNobodyWritesThroughData(t *testing.T) {
	files := token.NewFileSet()
	seen := 0
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := d.Name(); d.IsDir() && path != ".." && (strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		seen++
		for _, at := range writesThroughData(file) {
			t.Errorf("%v: writes to what Data returns, want Write", files.Position(at))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 100 {
		t.Errorf("only %d files were looked at", seen)
	}
}

// What the test above finds, so that it cannot pass by finding nothing.
func TestWritesThroughDataAreFound(t *testing.T) {
	for body, want := range map[string]int{
		"p.Data()[0] = 1":                               1,
		"p.Data()[1:][0] += 1":                          1,
		"p.Data()[0]++":                                 1,
		"copy(p.Data(), x)":                             1,
		"clear(q[0].Data()[1:])":                        1,
		"f.Into(p.Name, p.Shape(), p.Data())":           1,
		"d := p.Data(); d[0] = 1":                       1,
		"d := p.Data()[1:]; copy(d[1:], x)":             1,
		"a, b := q, p.Data(); b[0], a[0] = 1, nil":      1,
		"var d = p.Data(); d[0], d[1] = 1, 2":           2,
		"copy(x, p.Data()); x[0] = p.Data()[0]":         0,
		"d := p.Write(); d[0] = 1; copy(p.Write(), x)":  0,
		"d := slices.Clone(p.Data()); d[0] = 1; _ = d":  0,
		"d := v.Data().([]float32); d[0] = 1; clear(d)": 0,
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x\nfunc f() {\n"+body+"\n}", 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(writesThroughData(file)); got != want {
			t.Errorf("%s: %d writes are found, want %d", body, got, want)
		}
	}
}

// writesThroughData returns where a file writes to what a call Data() returns.
func writesThroughData(file *ast.File) (at []token.Pos) {
	for _, decl := range file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok || f.Body == nil {
			continue
		}
		names := map[string]bool{} // of variables that hold such memory
		note := func(name, value ast.Expr) {
			if id, ok := name.(*ast.Ident); ok && isData(value, nil) {
				names[id.Name] = true
			}
		}
		report := func(e ast.Expr) {
			if isData(e, names) {
				at = append(at, e.Pos())
			}
		}
		ast.Inspect(f.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for i, to := range n.Lhs {
					if _, ok := to.(*ast.IndexExpr); ok {
						report(to)
					} else if len(n.Lhs) == len(n.Rhs) {
						note(to, n.Rhs[i])
					}
				}
			case *ast.ValueSpec:
				for i, value := range n.Values {
					if len(n.Names) == len(n.Values) {
						note(n.Names[i], value)
					}
				}
			case *ast.IncDecStmt:
				report(n.X)
			case *ast.CallExpr:
				switch f := n.Fun.(type) {
				case *ast.Ident:
					if (f.Name == "copy" || f.Name == "clear") && len(n.Args) > 0 {
						report(n.Args[0])
					}
				case *ast.SelectorExpr:
					if f.Sel.Name == "Into" && len(n.Args) == 3 {
						report(n.Args[2])
					}
				}
			}
			return true
		})
	}
	return at
}

// isData reports whether an expression is a call Data() or one of the variables, or
// a part of either.
func isData(e ast.Expr, names map[string]bool) bool {
	for {
		switch x := e.(type) {
		case *ast.IndexExpr:
			e = x.X
		case *ast.SliceExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		case *ast.Ident:
			return names[x.Name]
		case *ast.CallExpr:
			f, ok := x.Fun.(*ast.SelectorExpr)
			return ok && f.Sel.Name == "Data" && len(x.Args) == 0
		default:
			return false
		}
	}
}
