// Say of each note on standard input, a base64 line each, whether Go's checksum database code opens it with the key
// given as argument: "no", or "yes" and the text in base64.
package main

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"os"

	"golang.org/x/mod/sumdb/note"
)

func main() {
	verifier, err := note.NewVerifier(os.Args[1])
	if err != nil {
		panic(err)
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		data, err := base64.StdEncoding.DecodeString(lines.Text())
		if err != nil {
			panic(err)
		}
		if opened, err := note.Open(data, note.VerifierList(verifier)); err != nil {
			fmt.Println("no")
		} else {
			fmt.Println("yes", base64.StdEncoding.EncodeToString([]byte(opened.Text)))
		}
	}
}
