// logcheck DIR VKEY [COSIGNER_VKEY...] verifies an exported log with two Merkle implementations that are not ours.
// A cosigner's key is given with type byte 0x01, as these libraries want it.
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	flog "github.com/transparency-dev/formats/log"
	fnote "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type exported string // the directory of an exported log
func (d exported) read(path string) []byte {
	b, err := os.ReadFile(filepath.Join(string(d), path))
	check("read", err)
	return b
}
// tile reads a tile; sumdb writes tile/8/L/N and "data" where C2SP writes tile/L/N and "entries".
func (d exported) tile(t tlog.Tile) []byte {
	return d.read(strings.Replace("tile/"+strings.TrimPrefix(t.Path(), "tile/8/"), "data/", "entries/", 1))
}

func (d exported) Height() int                     { return 8 }
func (d exported) SaveTiles([]tlog.Tile, [][]byte) {}
func (d exported) ReadTiles(tiles []tlog.Tile) (out [][]byte, err error) {
	for _, t := range tiles {
		out = append(out, d.tile(t))
	}
	return out, nil
}
func check(what string, err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "FAIL %s: %v\n", what, err)
		os.Exit(1)
	}
}

func main() {
	dir := exported(os.Args[1])
	logKey, err := note.NewVerifier(os.Args[2])
	check("log key", err)
	var cosigners []note.Verifier
	for _, text := range os.Args[3:] {
		v, err := fnote.NewVerifierForCosignatureV1(text)
		check("cosigner key", err)
		cosigners = append(cosigners, v)
	}
	cp, _, signed, err := flog.ParseCheckpoint(dir.read("checkpoint"), logKey.Name(), logKey, cosigners...)
	check("checkpoint", err)
	if len(signed.Sigs) != 1+len(cosigners) {
		check("checkpoint", fmt.Errorf("%d signatures verified", len(signed.Sigs)))
	}
	tree := tlog.Tree{N: int64(cp.Size), Hash: *(*tlog.Hash)(cp.Hash)}
	hashes := tlog.TileHashReader(tree, dir) // refuses every tile that does not lead to the root
	var bundle []byte
	for i := int64(0); i < tree.N; i++ {
		if i%256 == 0 {
			t := tlog.Tile{H: 8, L: -1, N: i / 256, W: 256}
			if tree.N-i < 256 {
				t.W = int(tree.N - i)
			}
			bundle = dir.tile(t)
		}
		n := 2 + int(binary.BigEndian.Uint16(bundle)) // a bundle that is cut off panics: exit 2, not 0
		entry := bundle[2:n]
		bundle = bundle[n:]
		path, err := tlog.ProveRecord(tree.N, i, hashes)
		check(fmt.Sprintf("path of entry %d", i), err)
		check(fmt.Sprintf("entry %d by x/mod", i), tlog.CheckRecord(path, tree.N, tree.Hash, i, tlog.RecordHash(entry)))
		nodes := make([][]byte, len(path))
		for k := range path {
			nodes[k] = path[k][:]
		}
		h := rfc6962.DefaultHasher
		err = proof.VerifyInclusion(h, uint64(i), cp.Size, h.HashLeaf(entry), nodes, cp.Hash)
		check(fmt.Sprintf("entry %d by transparency-dev/merkle", i), err)
		if (i%256 == 255 || i == tree.N-1) && len(bundle) != 0 {
			check("bundle", fmt.Errorf("%d bytes too many", len(bundle)))
		}
	}
	fmt.Printf("%s: %d entries verified, %d signatures\n", cp.Origin, cp.Size, len(signed.Sigs))
}
