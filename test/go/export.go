// export checks a directory that aims-export wrote with the Go team's
// implementation of notes and transparency logs, which shares nothing with
// ours: it is read as tiles, by paths that Go's tlog makes.
//
//	go run export.go DIRECTORY KEYFILE [OLDER CHECKPOINT]...
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

func fatal(err error) {
	if err != nil {
		fmt.Println("not verified:", err)
		os.Exit(1)
	}
}

func read(parts ...string) []byte {
	b, err := os.ReadFile(filepath.Join(parts...))
	fatal(err)
	return b
}

// path gives the C2SP form of a path: Go's has the height of tiles in it, and
// calls the tiles of records "data".
func path(t tlog.Tile) string {
	p := strings.TrimPrefix(t.Path(), fmt.Sprintf("tile/%d/", height))
	return "tile/" + strings.Replace(p, "data/", "entries/", 1)
}

// tiles reads hashes from a directory.
type tiles string

func (d tiles) Height() int                     { return height }
func (d tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// ReadTiles takes a full tile where a partial one has given way to it.
func (d tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, t := range wanted {
		b, err := d.part(t)
		if err != nil {
			return nil, err
		}
		if len(b) < t.W*tlog.HashSize {
			return nil, fmt.Errorf("%s has %d bytes", path(t), len(b))
		}
		out = append(out, b[:t.W*tlog.HashSize])
	}
	return out, nil
}

func (d tiles) part(t tlog.Tile) ([]byte, error) {
	b, err := os.ReadFile(filepath.Join(string(d), path(t)))
	if os.IsNotExist(err) && t.W < 1<<height {
		t.W = 1 << height
		b, err = os.ReadFile(filepath.Join(string(d), path(t)))
	}
	return b, err
}

// open verifies a checkpoint of one of the keys.
func open(text []byte, known note.Verifiers) tlog.Tree {
	n, err := note.Open(text, known)
	fatal(err)
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[0] != n.Sigs[0].Name {
		fatal(fmt.Errorf("not a checkpoint of %s", n.Sigs[0].Name))
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	fatal(err)
	root, err := tlog.ParseHash(lines[2])
	fatal(err)
	return tlog.Tree{N: size, Hash: root}
}

func keys(file string) note.Verifiers {
	var list []note.Verifier
	for _, line := range strings.Fields(string(read(file))) {
		v, err := note.NewVerifier(line)
		fatal(err)
		list = append(list, v)
	}
	return note.VerifierList(list...)
}

// checkRecords checks every record against the tree, and some by a proof of
// their own.
func checkRecords(d tiles, tree tlog.Tree, hashes tlog.HashReader) {
	for start := int64(0); start < tree.N; start += 1 << height {
		width := min(tree.N-start, 1<<height)
		t := tlog.Tile{H: height, L: -1, N: start >> height, W: int(width)}
		bundle, err := d.part(t)
		fatal(err)
		var indexes []int64
		for i := start; i < start+width; i++ {
			indexes = append(indexes, tlog.StoredHashIndex(0, i))
		}
		stored, err := hashes.ReadHashes(indexes)
		fatal(err)
		for i := start; i < start+width; i++ {
			if len(bundle) < 2 || len(bundle)-2 < int(binary.BigEndian.Uint16(bundle)) {
				fatal(fmt.Errorf("%s ends in record %d", path(t), i))
			}
			end := 2 + int(binary.BigEndian.Uint16(bundle))
			hash := tlog.RecordHash(bundle[2:end])
			if stored[i-start] != hash {
				fatal(fmt.Errorf("record %d is not in the tree", i))
			}
			if i%997 == 0 || i == tree.N-1 {
				proof, err := tlog.ProveRecord(tree.N, i, hashes)
				fatal(err)
				fatal(tlog.CheckRecord(proof, tree.N, tree.Hash, i, hash))
			}
			bundle = bundle[end:]
		}
	}
}

func min(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: export DIRECTORY KEYFILE [OLDER CHECKPOINT]...")
		os.Exit(2)
	}
	d := tiles(os.Args[1])
	known := keys(os.Args[2])
	tree := open(read(os.Args[1], "checkpoint"), known)
	hashes := tlog.TileHashReader(tree, d)
	checkRecords(d, tree, hashes)
	for _, file := range os.Args[3:] {
		old := open(read(file), known)
		proof, err := tlog.ProveTree(tree.N, old.N, hashes)
		fatal(err)
		fatal(tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash))
	}
	fmt.Printf("verified %d records, %d older checkpoints\n", tree.N, len(os.Args)-3)
}
