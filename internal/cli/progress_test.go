package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
)

func TestNotices(t *testing.T) {
	var text, log bytes.Buffer
	fmt.Fprintf(Notices(&text, "text"), "downloading %q\n", "x")
	if got := text.String(); got != "downloading \"x\"\n" {
		t.Errorf("text is %q", got)
	}
	fmt.Fprintf(Notices(&log, "json"), "downloading %q\n", "x")
	var line map[string]any
	if err := json.Unmarshal(log.Bytes(), &line); err != nil || line["level"] != "INFO" || line["msg"] != `downloading "x"` {
		t.Errorf("log is %q, %v", log.String(), err)
	}
}
