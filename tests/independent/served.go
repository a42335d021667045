// Verifies the log of a running server over HTTP with nothing but golang.org/x/mod/sumdb. By hand:
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go run tests/independent/served.go http://127.0.0.1:8470
//
// The key is taken from the public page /log: whoever wants to be sure compares it with one from elsewhere. Checked are: the checkpoint's
// signature (lines of unknown keys kept), the root from the tiles and from the entries, every tile byte for byte against the entries,
// inclusion of entries, that the tiles may be kept for ever and the checkpoint not, and that what the log does not have is not found.
package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

var base string
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

func get(path string) (int, http.Header, []byte) {
	answer, err := http.Get(base + path)
	must(err)
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	must(err)
	return answer.StatusCode, answer.Header, data
}

// path is the C2SP form of a tile's path: the height is fixed, entries are called so.
func path(t tlog.Tile) string {
	p := strings.TrimPrefix(t.Path(), "tile/8/")
	return "/log/tile/" + strings.Replace(p, "data/", "entries/", 1)
}

type tiles struct{}

func (tiles) Height() int                         { return 8 }
func (tiles) SaveTiles(_ []tlog.Tile, _ [][]byte) {}
func (tiles) ReadTiles(wanted []tlog.Tile) (data [][]byte, err error) {
	for _, t := range wanted {
		status, headers, b := get(path(t))
		if status != 200 {
			return nil, fmt.Errorf("%s: %d", path(t), status)
		}
		check(strings.Contains(headers.Get("Cache-Control"), "immutable"), "%s may not be kept", path(t))
		data = append(data, b)
	}
	return data, nil
}

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

func main() {
	base = strings.TrimSuffix(os.Args[1], "/")
	data := firstCheckpoint()
	_, _, page := get("/log")
	// The shorter key of the page is the Ed25519 one: 33 bytes.
	key := regexp.MustCompile(`zhiheng/[^<+ ]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}<`).FindString(string(page))
	verifier, err := note.NewVerifier(strings.TrimSuffix(key, "<"))
	must(err)
	n, err := note.Open(data, note.VerifierList(verifier))
	must(err)
	check(len(n.Sigs) == 1 && len(n.UnverifiedSigs) == 1, "%d and %d lines", len(n.Sigs), len(n.UnverifiedSigs))
	lines := strings.Split(n.Text, "\n")
	check(len(lines) == 4 && lines[0] == verifier.Name() && lines[3] == "", "not our checkpoint: %q", n.Text)
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	root, err := tlog.ParseHash(lines[2])
	must(err)
	tree := tlog.Tree{N: size, Hash: root}

	entries, stored := contents(size)
	computed, err := tlog.TreeHash(size, stored)
	check(err == nil && computed == root, "root from the entries: %v", err)
	reader := tlog.TileHashReader(tree, tiles{})
	computed, err = tlog.TreeHash(size, reader)
	check(err == nil && computed == root, "root from the tiles: %v", err)
	for i := int64(0); i < size; i += size/50 + 1 {
		proof, err := tlog.ProveRecord(size, i, reader)
		check(err == nil, "no proof of %d: %v", i, err)
		hash := tlog.RecordHash(entries[i])
		check(tlog.CheckRecord(proof, size, root, i, hash) == nil, "entry %d is not included", i)
		hash[0] ^= 1
		check(tlog.CheckRecord(proof, size, root, i, hash) != nil, "another entry %d is included", i)
	}
	for _, absent := range []string{"0/999", "0/000.p/0", "0/x000/000", "entries/999", "9/000"} {
		status, _, _ := get("/log/tile/" + absent)
		check(status == 404, "%s: %d", absent, status)
	}
	fmt.Printf("log of %d entries at %s, checked by golang.org/x/mod/sumdb\n", size, base)
	fmt.Printf("%d passed, %d failed\n", passed, failed)
	if failed > 0 {
		os.Exit(1)
	}
}

// firstCheckpoint waits for the first head: it is cut some seconds after the start.
func firstCheckpoint() []byte {
	for i := 0; i < 60; i++ {
		status, headers, data := get("/log/checkpoint")
		if status == 200 {
			check(!strings.Contains(headers.Get("Cache-Control"), "immutable"), "the checkpoint may be kept")
			return data
		}
		time.Sleep(time.Second)
	}
	must(fmt.Errorf("no checkpoint within a minute"))
	return nil
}

// contents reads every bundle and compares every full or partial tile of the tree with what x/mod makes of the entries.
func contents(size int64) (entries [][]byte, stored hashes) {
	for n := int64(0); n*256 < size; n++ {
		width := size - n*256
		if width > 256 {
			width = 256
		}
		status, _, bundle := get(path(tlog.Tile{H: 8, L: -1, N: n, W: int(width)}))
		check(status == 200, "bundle %d: %d", n, status)
		for len(bundle) >= 2 {
			length := int(binary.BigEndian.Uint16(bundle))
			entries = append(entries, bundle[2:2+length])
			bundle = bundle[2+length:]
		}
	}
	check(int64(len(entries)) == size, "%d entries of %d", len(entries), size)
	for i, entry := range entries {
		more, err := tlog.StoredHashes(int64(i), entry, stored)
		must(err)
		stored = append(stored, more...)
	}
	for _, t := range tlog.NewTiles(8, 0, size) {
		want, err := tlog.ReadTileData(t, stored)
		must(err)
		status, _, found := get(path(t))
		check(status == 200 && bytes.Equal(want, found), "%s differs", path(t))
	}
	return entries, stored
}
