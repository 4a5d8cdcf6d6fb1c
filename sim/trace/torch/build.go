package torch

import "fmt"

// build: containers, classes and calls, none of which is made.
func (m *machine) build(op byte) error {
	switch op {
	case 'a', 'e', 0x90: // APPEND, APPENDS, ADDITEMS
		var items []any
		var err error
		if op == 'a' {
			var v any
			v, err = m.pop()
			items = []any{v}
		} else {
			items, err = m.toMark()
		}
		if err != nil {
			return err
		}
		return m.extend(items)
	case 's', 'u': // SETITEM, SETITEMS
		var items []any
		var err error
		if op == 's' {
			var k, v any
			if v, err = m.pop(); err == nil {
				k, err = m.pop()
			}
			items = []any{k, v}
		} else {
			items, err = m.toMark()
		}
		if err != nil {
			return err
		}
		return m.set(items)
	case 'd':
		items, err := m.toMark()
		if err == nil {
			err = m.push(&dict{values: map[string]any{}})
		}
		if err != nil {
			return err
		}
		return m.set(items)
	case 'c':
		module, err := m.line()
		if err != nil {
			return err
		}
		name, err := m.line()
		if err != nil {
			return err
		}
		return m.push(global{module, name})
	case 0x93: // STACK_GLOBAL
		name, err := m.pop()
		if err != nil {
			return err
		}
		module, err := m.pop()
		if err != nil {
			return err
		}
		a, ok := module.(string)
		b, ok2 := name.(string)
		if !ok || !ok2 {
			return fmt.Errorf("the pickle names a class by something that is no text")
		}
		return m.push(global{a, b})
	case 'R', 0x81: // REDUCE, NEWOBJ
		args, err := m.pop()
		if err != nil {
			return err
		}
		class, err := m.pop()
		if err != nil {
			return err
		}
		t, ok := args.([]any)
		if !ok {
			return fmt.Errorf("the pickle calls with arguments that are no tuple")
		}
		return m.push(call(class, t))
	case 0x92: // NEWOBJ_EX
		if _, err := m.pop(); err != nil {
			return err
		}
		return m.step(0x81)
	case 'o', 'i': // OBJ, INST
		if op == 'i' {
			for range 2 {
				if _, err := m.line(); err != nil {
					return err
				}
			}
		}
		items, err := m.toMark()
		if err != nil {
			return err
		}
		return m.push(&object{args: items})
	case 'b': // BUILD
		state, err := m.pop()
		if err != nil {
			return err
		}
		if len(m.stack) == 0 {
			return fmt.Errorf("the pickle sets the state of nothing")
		}
		if o, ok := m.stack[len(m.stack)-1].(*object); ok {
			o.state = state
		}
		return nil
	case 'Q': // BINPERSID
		id, err := m.pop()
		if err != nil {
			return err
		}
		ref, err := storageOf(id)
		if err != nil {
			return err
		}
		return m.push(ref)
	}
	return fmt.Errorf("the pickle holds instruction 0x%02x, which torch.save does not write", op)
}

func (m *machine) extend(items []any) error {
	if len(m.stack) == 0 {
		return fmt.Errorf("the pickle appends to nothing")
	}
	switch v := m.stack[len(m.stack)-1].(type) {
	case *list:
		v.items = append(v.items, items...)
	case *object:
		if v.list == nil {
			v.list = &list{}
		}
		v.list.items = append(v.list.items, items...)
	default:
		return fmt.Errorf("the pickle appends to something that is no list")
	}
	return nil
}

func (m *machine) set(items []any) error {
	if len(items)%2 != 0 || len(m.stack) == 0 {
		return fmt.Errorf("the pickle sets a key without a value")
	}
	var d *dict
	switch v := m.stack[len(m.stack)-1].(type) {
	case *dict:
		d = v
	case *object:
		if v.items == nil {
			v.items = &dict{values: map[string]any{}}
		}
		d = v.items
	default:
		return fmt.Errorf("the pickle sets items of something that is no dictionary")
	}
	for i := 0; i < len(items); i += 2 {
		k := keyOf(items[i])
		if _, ok := d.values[k]; !ok {
			d.keys = append(d.keys, k)
		}
		d.values[k] = items[i+1]
	}
	return nil
}

// keyOf is the text of a key; containers, which may hold themselves, have none.
func keyOf(v any) string {
	switch k := v.(type) {
	case string:
		return k
	case int64, float64, bool, nil:
		return fmt.Sprint(k)
	}
	return fmt.Sprintf("<%T>", v)
}

// call stands for a call: tensors and ordered dictionaries are built, everything
// else stays an opaque object.
func call(class any, args []any) any {
	g, ok := class.(global)
	if !ok {
		return &object{class: class, args: args}
	}
	switch g.module + "." + g.name {
	case "collections.OrderedDict":
		return &dict{values: map[string]any{}}
	case "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor":
		if t, ok := rebuild(args); ok {
			return t
		}
	case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state":
		if len(args) > 0 {
			if t, ok := args[0].(*tensorRef); ok {
				return t
			}
		}
	}
	return &object{class: g, args: args}
}

func rebuild(args []any) (*tensorRef, bool) {
	if len(args) < 4 {
		return nil, false
	}
	s, ok := args[0].(storageRef)
	offset, ok2 := args[1].(int64)
	shape, ok3 := ints(args[2])
	stride, ok4 := ints(args[3])
	if !ok || !ok2 || !ok3 || !ok4 || len(shape) != len(stride) || offset < 0 {
		return nil, false
	}
	return &tensorRef{s, offset, shape, stride}, true
}

func ints(v any) ([]int64, bool) {
	t, ok := v.([]any)
	if !ok || len(t) > 16 {
		return nil, false
	}
	out := make([]int64, len(t))
	for i, x := range t {
		if out[i], ok = x.(int64); !ok || out[i] < 0 {
			return nil, false
		}
	}
	return out, true
}

// storageOf reads ("storage", type, key, device, count).
func storageOf(id any) (storageRef, error) {
	t, ok := id.([]any)
	if !ok || len(t) < 5 {
		return storageRef{}, fmt.Errorf("the pickle refers to something that is no storage")
	}
	class, ok := t[1].(global)
	key, ok2 := t[2].(string)
	n, ok3 := t[4].(int64)
	if !ok || !ok2 || !ok3 || n < 0 {
		return storageRef{}, fmt.Errorf("the pickle refers to something that is no storage")
	}
	return storageRef{class.name, key, n}, nil
}
