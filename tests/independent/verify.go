// Verifies a log that Zhiheng wrote with nothing but golang.org/x/mod/sumdb, the packages behind the Go checksum database. No line of
// it is ours: neither the signatures nor the tree. Debian has both parts (golang-go, golang-golang-x-mod-dev):
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go run tests/independent/verify.go FOLDER
//
// The folder is what `cargo run -p zhiheng-tlog --example write_log` writes. Checked are: every checkpoint (signature, lines of unknown
// keys kept), every tile and bundle byte for byte against the entries, the root of every size, inclusion of entries, consistency of
// every two checkpoints, our receipts, and that an altered tile, proof or checkpoint is noticed.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

var folder string
var passed, failed int

func check(ok bool, format string, arguments ...interface{}) {
	if ok {
		passed++
		return
	}
	failed++
	fmt.Printf("FAILED: "+format+"\n", arguments...)
}

func must(err error) {
	if err != nil {
		fmt.Println("FAILED:", err)
		fmt.Printf("%d passed, %d failed\n", passed, failed+1)
		os.Exit(1)
	}
}

func read(name string) []byte {
	data, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(name)))
	must(err)
	return data
}

// path is the C2SP form of a tile's path: the height is fixed, entries are called so.
func path(t tlog.Tile) string {
	p := strings.TrimPrefix(t.Path(), "tile/8/")
	return "tile/" + strings.Replace(p, "data/", "entries/", 1)
}

// tiles reads the folder, one bit of one tile altered if asked.
type tiles struct{ alter string }

func (tiles) Height() int                         { return 8 }
func (tiles) SaveTiles(_ []tlog.Tile, _ [][]byte) {}
func (r tiles) ReadTiles(wanted []tlog.Tile) (data [][]byte, err error) {
	for _, t := range wanted {
		b := read(path(t))
		if path(t) == r.alter {
			b = append([]byte(nil), b...)
			b[len(b)/2] ^= 1
		}
		data = append(data, b)
	}
	return data, nil
}

// hashes holds the stored hashes of the whole tree in memory, computed from the entries by x/mod.
type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		if x >= int64(len(h)) {
			return nil, fmt.Errorf("hash %d of %d", x, len(h))
		}
		found[i] = h[x]
	}
	return found, nil
}

type head struct {
	size int64
	root tlog.Hash
}

// open verifies a checkpoint and reads its three lines.
func open(data []byte, verifiers note.Verifiers, origin string) (head, *note.Note, error) {
	n, err := note.Open(data, verifiers)
	if err != nil {
		return head{}, nil, err
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[0] != origin || lines[3] != "" {
		return head{}, nil, fmt.Errorf("not our checkpoint: %q", n.Text)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return head{}, nil, err
	}
	root, err := tlog.ParseHash(lines[2])
	return head{size, root}, n, err
}

func main() {
	folder = os.Args[1]
	verifier, err := note.NewVerifier(strings.TrimSpace(string(read("verifier.txt"))))
	must(err)
	known := note.VerifierList(verifier)
	heads := checkpoints(known, verifier)
	last := heads[len(heads)-1]
	entries, stored := contents(last)
	roots(heads, stored)
	inclusion(last, entries)
	consistency(heads)
	receipts(known, verifier.Name(), entries)
	fmt.Printf("log of %d entries, %d checkpoints, checked by golang.org/x/mod/sumdb\n", last.size, len(heads))
	fmt.Printf("%d passed, %d failed\n", passed, failed)
	if failed > 0 {
		os.Exit(1)
	}
}

func checkpoints(known note.Verifiers, verifier note.Verifier) (heads []head) {
	names, err := filepath.Glob(filepath.Join(folder, "checkpoint*"))
	must(err)
	for _, name := range names {
		data := read(filepath.Base(name))
		h, n, err := open(data, known, verifier.Name())
		must(err)
		// The SM2 line is of a key that x/mod does not know: kept, and no reason to refuse.
		check(len(n.Sigs) == 1 && len(n.UnverifiedSigs) == 1, "%s has %d and %d lines", name, len(n.Sigs), len(n.UnverifiedSigs))
		other := bytes.Replace(data, []byte("\n"+strconv.FormatInt(h.size, 10)+"\n"), []byte("\n"+strconv.FormatInt(h.size+1, 10)+"\n"), 1)
		_, _, err = open(other, known, verifier.Name())
		check(err != nil, "%s with another size is accepted", name)
		if strings.HasPrefix(filepath.Base(name), "checkpoint.") {
			heads = append(heads, h)
		}
	}
	sort.Slice(heads, func(i, j int) bool { return heads[i].size < heads[j].size })
	return heads
}

// contents reads every bundle, computes the tree anew, and compares every file under tile/ with what x/mod makes of the entries.
func contents(last head) (entries [][]byte, stored hashes) {
	for n := int64(0); n*256 < last.size; n++ {
		width := last.size - n*256
		if width > 256 {
			width = 256
		}
		bundle := read(path(tlog.Tile{H: 8, L: -1, N: n, W: int(width)}))
		for len(bundle) >= 2 {
			length := int(binary.BigEndian.Uint16(bundle))
			entries = append(entries, bundle[2:2+length])
			bundle = bundle[2+length:]
		}
	}
	check(int64(len(entries)) == last.size, "%d entries of %d", len(entries), last.size)
	for i, entry := range entries {
		more, err := tlog.StoredHashes(int64(i), entry, stored)
		must(err)
		stored = append(stored, more...)
	}
	must(filepath.WalkDir(filepath.Join(folder, "tile"), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		relative, err := filepath.Rel(folder, name)
		must(err)
		resource := filepath.ToSlash(relative)
		goPath := "tile/8/" + strings.Replace(strings.TrimPrefix(resource, "tile/"), "entries/", "data/", 1)
		t, err := tlog.ParseTilePath(goPath)
		check(err == nil, "%s is no path of a tile", resource)
		if err != nil || t.L < 0 {
			return nil
		}
		data, err := tlog.ReadTileData(t, stored)
		check(err == nil && bytes.Equal(data, read(resource)), "%s differs", resource)
		return nil
	}))
	return entries, stored
}

// roots computes the root of every checkpoint from the tiles alone and from the entries alone.
func roots(heads []head, stored hashes) {
	for _, h := range heads {
		if h.size == 0 {
			// x/mod 0.7 has no root of the empty tree; RFC 6962 says the hash of nothing.
			check(h.root == sha256.Sum256(nil), "root of the empty tree")
			continue
		}
		root, err := tlog.TreeHash(h.size, stored)
		check(err == nil && root == h.root, "root of %d from the entries", h.size)
		root, err = tlog.TreeHash(h.size, tlog.TileHashReader(tlog.Tree{N: h.size, Hash: h.root}, tiles{}))
		check(err == nil && root == h.root, "root of %d from the tiles: %v", h.size, err)
	}
}

func inclusion(last head, entries [][]byte) {
	if last.size == 0 {
		return
	}
	reader := tlog.TileHashReader(tlog.Tree{N: last.size, Hash: last.root}, tiles{})
	step := last.size/500 + 1
	for i := int64(0); i < last.size; i += step {
		proof, err := tlog.ProveRecord(last.size, i, reader)
		check(err == nil, "no proof of %d: %v", i, err)
		hash := tlog.RecordHash(entries[i])
		check(tlog.CheckRecord(proof, last.size, last.root, i, hash) == nil, "entry %d is not included", i)
		hash[0] ^= 1
		check(tlog.CheckRecord(proof, last.size, last.root, i, hash) != nil, "another entry %d is included", i)
	}
	altered := tlog.TileForIndex(8, tlog.StoredHashIndex(0, last.size-1))
	altered.W = int((last.size-1)%256) + 1
	_, err := tlog.ProveRecord(last.size, 0, tlog.TileHashReader(tlog.Tree{N: last.size, Hash: last.root}, tiles{alter: path(altered)}))
	check(err != nil || last.size == 1, "an altered %s is not noticed", path(altered))
}

func consistency(heads []head) {
	for i, old := range heads {
		for _, h := range heads[i:] {
			if old.size == 0 {
				continue
			}
			reader := tlog.TileHashReader(tlog.Tree{N: h.size, Hash: h.root}, tiles{})
			proof, err := tlog.ProveTree(h.size, old.size, reader)
			check(err == nil, "no proof from %d to %d: %v", old.size, h.size, err)
			check(tlog.CheckTree(proof, h.size, h.root, old.size, old.root) == nil, "%d does not begin with %d", h.size, old.size)
			other := old.root
			other[0] ^= 1
			check(tlog.CheckTree(proof, h.size, h.root, old.size, other) != nil, "%d begins with another %d", h.size, old.size)
		}
	}
}

// receipts verifies our C2SP tlog-proof files: their checkpoint with note, their proof with tlog.
func receipts(known note.Verifiers, origin string, entries [][]byte) {
	names, err := filepath.Glob(filepath.Join(folder, "receipts", "*.tlog-proof"))
	must(err)
	check(len(names) > 0, "no receipt")
	for _, name := range names {
		text := string(read("receipts/" + filepath.Base(name)))
		cut := strings.Index(text, "\n\n")
		if cut < 0 {
			check(false, "%s has no blank line", name)
			continue
		}
		lines := strings.Split(text[:cut], "\n")
		check(lines[0] == "c2sp.org/tlog-proof@v1", "%s begins with %q", name, lines[0])
		index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
		check(err == nil, "%s: %q", name, lines[1])
		var proof tlog.RecordProof
		for _, line := range lines[2:] {
			hash, err := tlog.ParseHash(line)
			check(err == nil, "%s: %q", name, line)
			proof = append(proof, hash)
		}
		h, _, err := open([]byte(text[cut+2:]), known, origin)
		check(err == nil, "%s: %v", name, err)
		check(tlog.CheckRecord(proof, h.size, h.root, index, tlog.RecordHash(entries[index])) == nil, "%s does not verify", name)
	}
}
