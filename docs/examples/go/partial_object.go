package main

import (
	"encoding/json"
	"strconv"
	"strings"

	extractdv1 "github.com/extractd/extractd/gen/go/extractd/v1"
)

// PartialObject rebuilds the value of an ExtractStream from its events: what is in it is valid,
// what is missing may still come.
type PartialObject struct {
	Value any
	path  string
}

// Apply takes one more event.
func (p *PartialObject) Apply(event *extractdv1.ExtractStreamResponse) {
	if event.GetStarted() != nil {
		p.Value = nil
	}
	for _, op := range event.GetDelta().GetOps() {
		if op.Path != nil {
			p.path = *op.Path
		}
		p.Value = change(p.Value, strings.Split(p.path, "/")[1:], op)
	}
}

// The node with `op` applied where `tokens` lead.
func change(node any, tokens []string, op *extractdv1.DeltaOp) any {
	if len(tokens) > 0 {
		name := strings.NewReplacer("~1", "/", "~0", "~").Replace(tokens[0])
		if list, ok := node.([]any); ok {
			index, _ := strconv.Atoi(name)
			list[index] = change(list[index], tokens[1:], op)
		} else if object, ok := node.(map[string]any); ok {
			object[name] = change(object[name], tokens[1:], op)
		}
		return node
	}
	switch op := op.Op.(type) {
	case *extractdv1.DeltaOp_SetJson:
		node = nil
		json.Unmarshal([]byte(op.SetJson), &node)
	case *extractdv1.DeltaOp_AppendText:
		node = node.(string) + op.AppendText
	case *extractdv1.DeltaOp_AppendJson:
		var element any
		json.Unmarshal([]byte(op.AppendJson), &element)
		node = append(node.([]any), element)
	}
	return node
}
