package rows

import (
	"testing"
	"time"
)

func TestTimesOfTheProtocol(t *testing.T) {
	for text, want := range map[string]string{
		"2026-01-31": "2026-01-31T00:00:00Z", "23:59:59.999": "0000-01-01T23:59:59.999Z", "2026-01-31 23:59:59.999": "2026-01-31T23:59:59.999Z",
		"2026-07-01 12:00:00.000 Europe/Paris": "2026-07-01T12:00:00+02:00", "2026-07-01 12:00:00 UTC": "2026-07-01T12:00:00Z",
		"2026-07-01 12:00:00.5 +05:30": "2026-07-01T12:00:00.5+05:30", "12:00:00+02:00": "0000-01-01T12:00:00+02:00",
		"": "", "x": "", "2026-02-30": "", "2026-07-01 12:00:00 Nowhere/City": "",
	} {
		got, err := ParseTime(text)
		if err != nil && want != "" || err == nil && got.Format(time.RFC3339Nano) != want {
			t.Errorf("%q is %s, %v; want %s", text, got.Format(time.RFC3339Nano), err, want)
		}
	}
}

func TestTwice(t *testing.T) {
	for text, want := range map[string]bool{
		"2026-10-25 02:30:00 Europe/Paris": true, "2026-10-25 01:59:59 Europe/Paris": false, "2026-10-25 03:00:00 Europe/Paris": false,
		"2026-04-05 01:45:00 Australia/Lord_Howe": true, "2026-10-25 02:30:00 UTC": false, "2026-10-25 02:30:00 +02:00": false,
	} {
		at, err := ParseTime(text)
		if err != nil || Twice(at) != want {
			t.Errorf("%s: %v, %v; want %v", text, Twice(at), err, want)
		}
	}
}
