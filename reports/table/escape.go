package table

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// escapes are the characters that LaTeX reads as commands, and those that its
// fonts show as something else.
var escapes = map[rune]string{
	'\\': `\textbackslash{}`, '{': `\{`, '}': `\}`, '$': `\$`, '&': `\&`, '#': `\#`, '%': `\%`,
	'_': `\_\allowbreak{}`, '^': `\textasciicircum{}`, '~': `\ensuremath{\sim}`,
	'<': `\textless{}`, '>': `\textgreater{}`, '|': `\textbar{}`, '"': `\textquotedbl{}`, '`': `\textasciigrave{}`,
	'\u00a0': `~`, '\u202f': `\,`, '\u2009': `\,`,
	'–': `\textendash{}`, '—': `\textemdash{}`, '‘': `\textquoteleft{}`, '’': `\textquoteright{}`,
	'“': `\textquotedblleft{}`, '”': `\textquotedblright{}`, '…': `\ldots{}`, '•': `\textbullet{}`,
	'§': `\S{}`, '¶': `\P{}`, '©': `\textcopyright{}`, '°': `\ensuremath{^\circ}`,
	'«': `\guillemotleft{}`, '»': `\guillemotright{}`, '€': `\texteuro{}`,
}

// maths are characters that need math mode.
var maths = map[rune]string{
	'±': `\pm`, '∓': `\mp`, '×': `\times`, '÷': `\div`, '·': `\cdot`, '⋅': `\cdot`, '−': `-`, '∗': `\ast`,
	'≤': `\le`, '≥': `\ge`, '≠': `\ne`, '≈': `\approx`, '≡': `\equiv`, '∼': `\sim`, '∝': `\propto`, '≪': `\ll`, '≫': `\gg`,
	'→': `\to`, '←': `\leftarrow`, '↔': `\leftrightarrow`, '⇒': `\Rightarrow`, '⇔': `\Leftrightarrow`, '↑': `\uparrow`, '↓': `\downarrow`,
	'∑': `\sum`, '∏': `\prod`, '∫': `\int`, '√': `\surd`, '∂': `\partial`, '∇': `\nabla`, '∞': `\infty`,
	'∈': `\in`, '∉': `\notin`, '∅': `\emptyset`, '∪': `\cup`, '∩': `\cap`, '⊂': `\subset`, '⊆': `\subseteq`, '∀': `\forall`, '∃': `\exists`,
	'¬': `\neg`, '∧': `\wedge`, '∨': `\vee`, '⟨': `\langle`, '⟩': `\rangle`, '‖': `\|`, '′': `'`, '″': `''`, 'ℓ': `\ell`,
	'α': `\alpha`, 'β': `\beta`, 'γ': `\gamma`, 'δ': `\delta`, 'ε': `\varepsilon`, 'ζ': `\zeta`, 'η': `\eta`, 'θ': `\theta`, 'ι': `\iota`, 'κ': `\kappa`,
	'λ': `\lambda`, 'μ': `\mu`, 'µ': `\mu`, 'ν': `\nu`, 'ξ': `\xi`, 'π': `\pi`, 'ρ': `\rho`, 'σ': `\sigma`, 'τ': `\tau`, 'υ': `\upsilon`,
	'φ': `\varphi`, 'ϕ': `\phi`, 'χ': `\chi`, 'ψ': `\psi`, 'ω': `\omega`,
	'Γ': `\Gamma`, 'Δ': `\Delta`, 'Θ': `\Theta`, 'Λ': `\Lambda`, 'Ξ': `\Xi`, 'Π': `\Pi`, 'Σ': `\Sigma`, 'Φ': `\Phi`, 'Ψ': `\Psi`, 'Ω': `\Omega`,
	'⁰': `^0`, '¹': `^1`, '²': `^2`, '³': `^3`, '⁴': `^4`, '⁵': `^5`, '⁶': `^6`, '⁷': `^7`, '⁸': `^8`, '⁹': `^9`, '⁻': `^-`, '⁺': `^+`, 'ᵏ': `^k`, 'ⁿ': `^n`,
	'₀': `_0`, '₁': `_1`, '₂': `_2`, '₃': `_3`, '₄': `_4`, '₅': `_5`, '₆': `_6`, '₇': `_7`, '₈': `_8`, '₉': `_9`, '₊': `_+`, '₋': `_-`, 'ᵢ': `_i`, 'ⱼ': `_j`, 'ₖ': `_k`, 'ₙ': `_n`,
	'½': `\frac12`, '✓': `\surd`, '✗': `\times`, '■': `\bullet`, '□': `\circ`,
}

// Escape is s as LaTeX text that prints as s does: no character of it is read
// as a command, no two of them melt into a dash or a quotation mark. It needs
// nothing beyond Preamble's packages. Letters with a Latin accent are kept;
// line breaks become spaces; a character that pdfLaTeX has no glyph for is
// printed as its code point.
func Escape(s string) string {
	var b strings.Builder
	var last rune
	for i, r := range norm.NFC.String(oneLine(s)) {
		if i == 0 && (r == '[' || r == '*') || r == last && strings.ContainsRune("-',", r) {
			b.WriteString("{}") // not an argument of what stands before; not a ligature
		}
		last = r
		switch m, ok := maths[r]; {
		case ok:
			b.WriteString(`\ensuremath{` + m + `}`)
		case escapes[r] != "":
			b.WriteString(escapes[r])
		case r < unicode.MaxASCII:
			b.WriteRune(r)
		case latin(r):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, `\texttt{U+%04X}`, r)
		}
	}
	return b.String()
}

// latin says that pdfLaTeX's T1 encoding has a glyph for r: the accented
// letters of Latin-1 and of those of Latin Extended-A that T1 holds.
func latin(r rune) bool {
	return r >= 0xC0 && r <= 0xFF && r != 0xD7 && r != 0xF7 ||
		strings.ContainsRune("¡¿£ĂăĄąĆćČčĎďĐđĘęĚěĞğĹĺĽľŁłŃńŇňŊŋŐőŔŕŘřŚśŞşŠšŢţŤťŮůŰűŸŹźŻżŽžŒœİı", r)
}
