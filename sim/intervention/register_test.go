package intervention

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Adding an intervention takes one file and one line in Registered: every variable of
// type Intervention has a file of its own and one mention outside it, in Registered,
// and no other code knows an intervention by its name, but for the statements about
// the arms of the default grid.
func TestAnInterventionIsOneFileAndOneLine(t *testing.T) {
	files := token.NewFileSet()
	owner := map[string]string{}    // variable: file
	name := map[string]string{}     // variable: name in a spec
	mentions := map[string]string{} // variable: files that mention it beside its own
	var parsed []*ast.File
	list, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range list {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, f)
		count := 0
		for _, d := range f.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.VAR {
				continue
			}
			for _, s := range g.Specs {
				v := s.(*ast.ValueSpec)
				if len(v.Values) != 1 {
					continue
				}
				c, ok := v.Values[0].(*ast.CompositeLit)
				if !ok {
					continue
				}
				if id, ok := c.Type.(*ast.Ident); !ok || id.Name != "Intervention" {
					continue
				}
				count++
				owner[v.Names[0].Name] = path
				for _, e := range c.Elts {
					kv := e.(*ast.KeyValueExpr)
					if kv.Key.(*ast.Ident).Name == "Name" {
						name[v.Names[0].Name], _ = strconv.Unquote(kv.Value.(*ast.BasicLit).Value)
					}
				}
			}
		}
		if count > 1 {
			t.Errorf("%s holds %d interventions", path, count)
		}
	}
	if len(owner) != len(Registered()) {
		t.Errorf("%d interventions are written, %d registered", len(owner), len(Registered()))
	}
	for _, f := range parsed {
		path := files.Position(f.Pos()).Filename
		ast.Inspect(f, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && owner[id.Name] != "" && owner[id.Name] != path {
				mentions[id.Name] += path + " "
			}
			return true
		})
	}
	for v := range owner {
		if mentions[v] != "intervention.go " {
			t.Errorf("%s is mentioned in %q beside its own file: once, in Registered, is enough", v, mentions[v])
		}
	}
	known := map[string]bool{}
	for _, n := range name {
		known[n] = true
	}
	err = filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		if filepath.ToSlash(filepath.Dir(path)) == "../../sim/intervention" || strings.HasSuffix(filepath.ToSlash(path), "reports/ablation/claims.go") ||
			strings.HasSuffix(filepath.ToSlash(path), "reports/claim/ranking.go") {
			return nil // what makes a statement of one names it
		}
		f, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if s, _ := strconv.Unquote(lit.Value); known[s] && !ordinary[s] {
					t.Errorf("%s knows the intervention %q by name", files.Position(lit.Pos()), s)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// ordinary are names that are words of their own elsewhere.
var ordinary = map[string]bool{"entropy": true, "calibrated": true, "baseline": true}
