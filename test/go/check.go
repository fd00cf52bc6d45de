// check reads what a ledger handed out (JSON on standard input) and checks it
// with the Go team's implementation of notes and transparency logs, which
// shares nothing with ours. Whatever is accepted is then spoiled, and has to
// be refused. The outcome is TAP.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type record struct {
	Index int64
	Leaf  string   // hexadecimal
	Proof []string // hexadecimal
}

type older struct {
	Checkpoint string
	Proof      []string // hexadecimal
}

type proved struct {
	Proof string // C2SP tlog-proof
	Leaf  string // hexadecimal
}

type ledger struct {
	Verifiers  []string // of the log's keys, the current one last
	Checkpoint string
	Records    []record
	Older      []older
	Proved     []proved
}

var tests, failures int

func ok(passed bool, name string, args ...interface{}) {
	tests++
	not := ""
	if !passed {
		failures++
		not = "not "
	}
	fmt.Printf("%sok %d - %s\n", not, tests, fmt.Sprintf(name, args...))
}

func fatal(err error) {
	if err != nil {
		fmt.Println("Bail out!", err)
		os.Exit(2)
	}
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	fatal(err)
	return b
}

// open verifies a checkpoint: signed by one of the keys, whose name is its
// origin, and of three lines.
func open(text string, known note.Verifiers) (tlog.Tree, error) {
	n, err := note.Open([]byte(text), known)
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return tlog.Tree{}, fmt.Errorf("checkpoint of %d lines", len(lines)-1)
	}
	if lines[0] != n.Sigs[0].Name {
		return tlog.Tree{}, fmt.Errorf("origin %q signed by %q", lines[0], n.Sigs[0].Name)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || strconv.FormatInt(size, 10) != lines[1] {
		return tlog.Tree{}, fmt.Errorf("tree size %q", lines[1])
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

func hashes(proof []string) []tlog.Hash {
	out := make([]tlog.Hash, len(proof))
	for i, node := range proof {
		copy(out[i][:], unhex(node))
	}
	return out
}

// spoilt gives the proof with one bit changed in each of its nodes in turn.
func spoilt(proof []tlog.Hash) [][]tlog.Hash {
	var out [][]tlog.Hash
	for i := range proof {
		p := append([]tlog.Hash(nil), proof...)
		p[i][i%tlog.HashSize] ^= 1 << (i % 8)
		out = append(out, p)
	}
	return out
}

func checkCheckpoint(text string, known note.Verifiers) tlog.Tree {
	tree, err := open(text, known)
	ok(err == nil, "checkpoint of size %d opens (%v)", tree.N, err)
	accepted := 0
	for i := 0; i < len(text); i++ {
		if i == len(text)-len("?=\n") {
			// Go does not mind the unused bits before the padding.
			continue
		}
		b := []byte(text)
		b[i] ^= 1
		if _, err := open(string(b), known); err == nil {
			accepted++
		}
	}
	ok(accepted == 0, "and does not with any byte changed")
	return tree
}

func checkRecord(tree tlog.Tree, index int64, leaf []byte, proof []tlog.Hash, name string) {
	hash := tlog.RecordHash(leaf)
	err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, hash)
	ok(err == nil, "%s: leaf %d is in the tree (%v)", name, index, err)
	accepted := 0
	for _, p := range spoilt(proof) {
		if tlog.CheckRecord(p, tree.N, tree.Hash, index, hash) == nil {
			accepted++
		}
	}
	altered := append([]byte(nil), leaf...)
	altered[len(altered)/2] ^= 1
	if tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(altered)) == nil {
		accepted++
	}
	ok(accepted == 0, "%s: and is not once it or its proof is altered", name)
}

func checkOlder(tree, old tlog.Tree, proof []tlog.Hash) {
	err := tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash)
	ok(err == nil, "tree of %d begins with the tree of %d (%v)", tree.N, old.N, err)
	accepted := 0
	for _, p := range spoilt(proof) {
		if tlog.CheckTree(p, tree.N, tree.Hash, old.N, old.Hash) == nil {
			accepted++
		}
	}
	ok(accepted == 0, "and does not once the proof is altered")
}

// parseProof reads a C2SP tlog-proof without extra data.
func parseProof(text string) (index int64, proof []tlog.Hash, checkpoint string, err error) {
	const header = "c2sp.org/tlog-proof@v1\nindex "
	end := strings.Index(text, "\n\n")
	if !strings.HasPrefix(text, header) || end < 0 {
		return 0, nil, "", fmt.Errorf("not a tlog-proof")
	}
	lines := strings.Split(text[len(header):end], "\n")
	index, err = strconv.ParseInt(lines[0], 10, 64)
	for _, line := range lines[1:] {
		node, e := base64.StdEncoding.DecodeString(line)
		if e != nil || len(node) != tlog.HashSize {
			return 0, nil, "", fmt.Errorf("node %q", line)
		}
		var h tlog.Hash
		copy(h[:], node)
		proof = append(proof, h)
	}
	return index, proof, text[end+2:], err
}

func main() {
	var l ledger
	fatal(json.NewDecoder(os.Stdin).Decode(&l))
	var verifiers []note.Verifier
	for _, key := range l.Verifiers {
		v, err := note.NewVerifier(key)
		fatal(err)
		verifiers = append(verifiers, v)
	}
	known := note.VerifierList(verifiers...)

	tree := checkCheckpoint(l.Checkpoint, known)
	for _, r := range l.Records {
		checkRecord(tree, r.Index, unhex(r.Leaf), hashes(r.Proof), "record")
	}
	for _, o := range l.Older {
		checkOlder(tree, checkCheckpoint(o.Checkpoint, known), hashes(o.Proof))
	}
	for _, p := range l.Proved {
		index, proof, checkpoint, err := parseProof(p.Proof)
		ok(err == nil, "tlog-proof is one (%v)", err)
		proofTree, err := open(checkpoint, known)
		ok(err == nil && bytes.Equal([]byte(checkpoint), []byte(l.Checkpoint)),
			"with the checkpoint (%v)", err)
		checkRecord(proofTree, index, unhex(p.Leaf), proof, "tlog-proof")
	}
	fmt.Printf("1..%d\n", tests)
	if failures > 0 || len(l.Records) == 0 {
		os.Exit(1)
	}
}
