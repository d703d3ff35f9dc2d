package web

import (
	"bytes"
	"context"
	"image"
	"image/color"
	imagedraw "image/draw"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/limn-data/limn/bots/view/viewtest"
)

// The picture that the README opens with, in pixels and bytes.
const (
	picture       = "../../docs/answer.png"
	pictureWidth  = 1200
	pictureHeight = 1130
	pictureBytes  = 200_000
)

// TestPicture: the picture shows the page as it is written today. With -update and a Chromium on the
// PATH it is made again; the golden file is written only after that, so that it always is the page
// behind the picture.
func TestPicture(t *testing.T) {
	page := render(t, viewtest.YearOverYear())
	if *update {
		photograph(t, page)
	}
	golden(t, "picture.html", page)
	raw, err := os.ReadFile(picture)
	if err != nil {
		t.Fatal(err)
	}
	c, err := png.DecodeConfig(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if c.Width != pictureWidth || c.Height != pictureHeight || len(raw) > pictureBytes {
		t.Errorf("%s is %d by %d with %d bytes, want %d by %d with at most %d", picture, c.Width, c.Height, len(raw), pictureWidth, pictureHeight, pictureBytes)
	}
}

// photograph shows a page in Chromium, which may reach no network, and keeps what is seen.
func photograph(t *testing.T, page string) {
	t.Helper()
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatalf("the picture needs a browser: %v; install chromium, or run without -update", err)
	}
	dir := t.TempDir()
	file, shot := filepath.Join(dir, "page.html"), filepath.Join(dir, "shot.png")
	if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--hide-scrollbars",
		"--blink-settings=preferredColorScheme=1", "--user-data-dir="+filepath.Join(dir, "profile"), "--screenshot="+shot, "--window-size=1200,1130", "file://"+file).CombinedOutput()
	if err != nil {
		t.Fatalf("chromium: %v\n%s", err, out)
	}
	raw, err := os.ReadFile(shot)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	var small bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.BestCompression}
	if err := enc.Encode(&small, reduced(img)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(picture, small.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// reduced draws an image in its 256 most frequent colours: a page has few, and the edges of letters lose
// nothing that is seen.
func reduced(img image.Image) image.Image {
	count := map[color.Color]int{}
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			count[img.At(x, y)]++
		}
	}
	var palette color.Palette
	for c := range count {
		palette = append(palette, c)
	}
	slices.SortFunc(palette, func(a, b color.Color) int { return count[b] - count[a] })
	out := image.NewPaletted(img.Bounds(), palette[:min(256, len(palette))])
	imagedraw.Draw(out, out.Bounds(), img, img.Bounds().Min, imagedraw.Src)
	return out
}
