package fsm

import (
	"reflect"
	"strconv"
	"unsafe"
)

// filler gives every field of a value, however deep, a value of its own that is
// not zero: the same ones each time.
type filler struct{ n int64 }

func filled[T any]() *T {
	v := new(T)
	(&filler{}).fill(reflect.ValueOf(v).Elem())
	return v
}

func (f *filler) fill(v reflect.Value) {
	v = settable(v)
	f.n++
	switch v.Kind() {
	case reflect.String:
		v.SetString("text " + strconv.Itoa(int(f.n)))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(1 + f.n%120)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(uint64(1 + f.n%120))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			f.fill(v.Index(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			f.fill(v.Index(i))
		}
	case reflect.Interface: // any message
		v.Set(reflect.ValueOf(&Label{"name", "value"}))
	case reflect.Struct:
		for i := range v.NumField() {
			f.fill(v.Field(i))
		}
	}
}

// allKinds are the kinds of command that this version applies.
func allKinds() (kinds []Kind) {
	for k := Kind(1); k != 0; k++ {
		if newCommand(k) != nil {
			kinds = append(kinds, k)
		}
	}
	return kinds
}

// filledCommand is a command of a kind with all its fields set.
func filledCommand(k Kind) Command {
	c := newCommand(k)
	(&filler{}).fill(reflect.ValueOf(c).Elem())
	return c
}

func typeName(v any) string { return reflect.Indirect(reflect.ValueOf(v)).Type().Name() }

// settable lets a field be set that is not exported.
func settable(v reflect.Value) reflect.Value {
	if v.CanSet() {
		return v
	}
	return reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem() //nolint:gosec // tests only
}
