package check

import (
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/types"
)

// jsonPath types the input and the variables of a path. The path itself is the engine's to read.
func (c *checker) jsonPath(p *ast.JSONPath, s *Scope, function string) {
	if p.Name != nil && function != "JSON_TABLE" {
		c.report(p.Name.At, "INVALID_PATH", "JSON path name is not allowed in %s function", function)
	}
	c.jsonInput(p.Input, s, function)
	for _, a := range p.Passing {
		c.expr(a.Input.X, s)
	}
}

// jsonInput is text, or bytes with a format.
func (c *checker) jsonInput(in *ast.JSONInput, s *Scope, function string) {
	t := c.expr(in.X, s)
	switch k := t.Kind(); {
	case k == types.Invalid || k == types.Unknown || t.IsText() || k == types.Varbinary || k == types.JSON || k == types.JSON2016:
	default:
		c.mismatch(place(in.X), "Cannot read input of type %s as JSON using formatting JSON", t)
	}
}

// jsonReturning is the type that a JSON function gives: varchar unless it says another. Only text and
// bytes can hold a whole JSON document.
func (c *checker) jsonReturning(e ast.Expr, n *ast.TypeName, scalar bool) types.Type {
	if n == nil {
		return varchar
	}
	t, err := types.FromName(n)
	if err != nil {
		return c.mismatch(e.Span(), "%s", err)
	}
	if !scalar && !t.IsText() && t.Kind() != types.Varbinary && t.Kind() != types.JSON {
		return c.mismatch(e.Span(), "Cannot output JSON value as %s using formatting JSON", t)
	}
	if scalar && !(t.IsNumeric() || t.IsText() || t.IsDateTime() || t.Kind() == types.Boolean) {
		return c.mismatch(e.Span(), "Invalid return type of function JSON_VALUE: %s", t)
	}
	return t
}

func (c *checker) jsonBehavior(b *ast.JSONBehavior, t types.Type, s *Scope, function, when string) {
	if b == nil || b.Default == nil {
		return
	}
	if u := c.expr(b.Default, s); u.Valid() && t.Valid() {
		if !types.CanCoerce(u, t) {
			c.mismatch(place(b.Default), "Function %s default %s result must evaluate to a %s (actual: %s)", function, when, t, u)
			return
		}
		c.coerce(b.Default, t)
	}
}

func (c *checker) jsonValue(e *ast.JSONValue, s *Scope) types.Type {
	c.jsonPath(e.Path, s, "JSON_VALUE")
	t := c.jsonReturning(e, e.Returning, true)
	c.jsonBehavior(e.OnEmpty, t, s, "JSON_VALUE", "ON EMPTY")
	c.jsonBehavior(e.OnError, t, s, "JSON_VALUE", "ON ERROR")
	return t
}

func (c *checker) jsonObject(e *ast.JSONObject, s *Scope) types.Type {
	for _, m := range e.Members {
		if t := c.expr(m.Key, s); t.Valid() && !t.IsText() {
			c.mismatch(place(m.Key), "Invalid type of JSON object key: %s", t)
		}
		c.jsonMember(m.Value, s, e, "JSON_OBJECT")
	}
	return c.jsonReturning(e, e.Returning, false)
}

func (c *checker) jsonArray(e *ast.JSONArray, s *Scope) types.Type {
	for _, x := range e.Elems {
		c.jsonMember(x, s, e, "JSON_ARRAY")
	}
	return c.jsonReturning(e, e.Returning, false)
}

// jsonMember: values of all types that have a text form go in.
func (c *checker) jsonMember(in *ast.JSONInput, s *Scope, e ast.Expr, function string) {
	t := c.expr(in.X, s)
	if in.Format != ast.NoFormat {
		return
	}
	if k := t.Kind(); t.Valid() && k != types.Unknown && k != types.Boolean && k != types.JSON && k != types.JSON2016 && !t.IsNumeric() && !types.CanCast(t, varchar) {
		c.report(e.Span(), NotSupported, "Unsupported type of value passed to %s function: %s", function, t)
	}
}

// jsonTable gives the columns of JSON_TABLE, nested ones in their place.
func (c *checker) jsonTable(r *ast.JSONTable, lateral *Scope) []*Column {
	sel := c.sel
	if c.sel == nil {
		c.sel = &selection{}
	}
	defer func() { c.sel = sel }()
	s := &Scope{parent: lateral, boundary: true}
	mark, pm := len(c.found), len(c.problems)
	c.jsonPath(r.Path, s, "JSON_TABLE")
	c.forbid(r.Path.Input.X, "JSON_TABLE input expression", mark, pm)
	seen := map[string]bool{}
	name := func(id *ast.Ident, key string) {
		if seen[key] {
			c.report(id.At, "DUPLICATE_COLUMN_OR_PATH_NAME", "All column and path names in JSON_TABLE invocation must be unique")
		}
		seen[key] = true
	}
	if r.Path.Name != nil {
		name(r.Path.Name, windowKey(r.Path.Name))
	}
	var cols []*Column
	var walk func(list []*ast.JSONColumn)
	walk = func(list []*ast.JSONColumn) {
		for _, col := range list {
			if col.Name != nil {
				name(col.Name, windowKey(col.Name))
			}
			if col.Kind == ast.JSONNested {
				walk(col.Columns)
				continue
			}
			t := bigint
			if col.Type != nil {
				var err error
				if t, err = types.FromName(col.Type); err != nil {
					t = c.mismatch(col.At, "%s", err)
				}
			}
			for _, b := range [2]*ast.JSONBehavior{col.OnEmpty, col.OnError} {
				if b != nil && b.Default != nil {
					mark, pm := len(c.found), len(c.problems)
					c.jsonBehavior(b, t, s, "JSON_TABLE", "")
					c.forbid(b.Default, "default expression for JSON_TABLE column", mark, pm)
				}
			}
			out := &Column{Name: col.Name.Name, key: lower(col.Name.Name), Type: t}
			if col.Kind != ast.JSONOrdinality {
				out.Expr = r.Path.Input.X
			}
			cols = append(cols, out)
		}
	}
	walk(r.Columns)
	return cols
}
