package figure

import (
	"fmt"
	"image/color"

	"gonum.org/v1/plot/text"
)

// OperationColor is the colour of the operation of that index, grey for -1.
func OperationColor(op int) color.Color {
	if op < 0 {
		return grey
	}
	return pick(okabeIto, op)
}

// OperationHex is OperationColor as "#rrggbb".
func OperationHex(op int) string {
	r, g, b, _ := OperationColor(op).RGBA()
	return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
}

// TextStyle is the text of the figures at a size in points; x and y say where
// it stands at its anchor: 0 is before and above it, -1 behind and below it.
func TextStyle(size, x, y float64) text.Style { return textStyle(size, x, y) }
