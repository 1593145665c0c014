package browsertest

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// built is the program zoo, compiled once.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "browsertest")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "zoo")
	c := exec.Command("go", "build", "-o", path, "./cmd/zoo")
	c.Dir = "../.."
	if out, err := c.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := built(); err == nil {
		os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

func program(t *testing.T) string {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// zoo runs the program to its end, in the zoo's source.
func zoo(t *testing.T, args ...string) string {
	t.Helper()
	c := exec.Command(program(t), args...)
	c.Dir = "../.."
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err != nil {
		t.Fatalf("zoo %q: %v", args, err)
	}
	return string(out)
}

// serve runs zoo serve and returns its address.
func serve(t *testing.T, args ...string) string {
	t.Helper()
	c := exec.Command(program(t), append([]string{"serve", "--addr", "127.0.0.1:0"}, args...)...)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Process.Signal(os.Interrupt)
		c.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

// page is a tab of a browser, at an address.
type page struct {
	t   *testing.T
	ctx context.Context
	url string

	meant string // part of an entry of the browser's log that is no error
}

// patience is how long a page may take for anything.
const patience = time.Minute

// open opens a browser. That something is written to the console as an error, or asked
// of another host, fails the test, but for what meant is a part of.
func open(t *testing.T, url, meant string) *page {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		if os.Getenv("ZOO_BROWSER") == "must" {
			t.Fatal("no Chromium")
		}
		t.Skip("no Chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.WindowSize(900, 1100))
	all, cancelAll := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancelAll)
	ctx, cancel := chromedp.NewContext(all)
	t.Cleanup(cancel)
	p := &page{t, ctx, url, meant}
	if err := chromedp.Listen(ctx, p.look); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, log.Enable, cdp.Empty{}); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	p.do(chromedp.Navigate(url))
	return p
}

// look fails the test by what a page must not do.
func (p *page) look(event any) {
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		if kind := string(e.Type); kind == "error" || kind == "warning" {
			text, _ := json.Marshal(e.Args)
			p.t.Errorf("console: %s", text)
		}
	case *runtime.EventExceptionThrown:
		p.t.Errorf("exception: %+v", *e.ExceptionDetails)
	case *log.EventEntryAdded:
		if kind := string(e.Entry.Level); (kind == "error" || kind == "warning") && (p.meant == "" || !strings.Contains(e.Entry.Text, p.meant)) {
			p.t.Errorf("browser's log: %s %s", e.Entry.Text, e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		if to := e.Request.URL; !strings.HasPrefix(to, p.url) && !strings.HasPrefix(to, "data:") && !strings.HasPrefix(to, "blob:"+p.url) {
			p.t.Errorf("a request to %s", to)
		}
	}
}

func (p *page) do(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		p.shoot("failed")
		p.t.Fatal(err)
	}
}

// until waits until an expression of JavaScript is true.
func (p *page) until(expression string) {
	p.t.Helper()
	_, err := chromedp.Run(p.ctx, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(patience), chromedp.WithPollingInterval(5*time.Millisecond)))
	if err != nil {
		p.shoot("failed")
		p.t.Fatalf("%s: %v", expression, err)
	}
}

// eval returns what an expression, or the promise that it is, gives.
func eval[T any](p *page, expression string) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.shoot("failed")
		p.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// shoot keeps a screenshot of the whole page.
func (p *page) shoot(name string) {
	dir := os.Getenv("ZOO_SCREENSHOTS")
	if dir == "" {
		return
	}
	picture, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		p.t.Logf("no screenshot: %v", err)
		return
	}
	name = strings.ReplaceAll(p.t.Name()+"-"+name, "/", "-") + ".png"
	if err := os.WriteFile(filepath.Join(dir, name), picture, 0o666); err != nil {
		p.t.Error(err)
	}
}

// retype replaces the text in the box as a user does.
func (p *page) retype(text string) {
	p.t.Helper()
	p.do(chromedp.Evaluate[chromedp.Void](`document.getElementById("text").select()`), chromedp.SendKeys(chromedp.CSS("#text"), text))
}

// phone makes the page that of a phone, in the dark.
func (p *page) phone() {
	p.t.Helper()
	dark := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}}
	if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, dark); err != nil {
		p.t.Fatal(err)
	}
	p.do(chromedp.EmulateViewport(360, 740))
}

// download clicks a link and returns the file that it gives.
func (p *page) download(link string) (name, content string) {
	p.t.Helper()
	dir := p.t.TempDir()
	params := browser.SetDownloadBehaviorParams{Behavior: "allow", DownloadPath: dir}
	if _, err := chromedp.CallBrowser(p.ctx, browser.SetDownloadBehavior, params); err != nil {
		p.t.Fatal(err)
	}
	p.do(chromedp.Click(chromedp.CSS(link)))
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		files, err := filepath.Glob(filepath.Join(dir, "*.csv"))
		if err == nil && len(files) == 1 {
			text, err := os.ReadFile(files[0])
			if err != nil {
				p.t.Fatal(err)
			}
			return filepath.Base(files[0]), string(text)
		}
		if err != nil || time.Now().After(deadline) {
			p.t.Fatalf("no download: %q, %v", files, err)
		}
	}
}

// hosted is a plain web server of a directory.
func hosted(t *testing.T, dir string) string {
	s := httptest.NewServer(http.FileServer(http.Dir(dir)))
	t.Cleanup(s.Close)
	return s.URL + "/"
}
