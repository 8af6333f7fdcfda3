// Command lesson runs the commands of docs/lesson in the order in which a reader would, and makes the pictures of the
// chapters from their output:
//
//	go run ./scripts/lesson                 # everything, ten minutes
//	go run ./scripts/lesson ko/2-content.md # one chapter
//	go run ./scripts/lesson -again          # forget what was run before
//
// A chapter runs in a folder of the user's cache. A command that ran there is not run again, so the program may
// be stopped at any time and resumes where it was. The output of the commands is printed, since the chapters
// quote it.
package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "lesson:", err)
		os.Exit(1)
	}
}

// lessons is the folder of the chapters, pictures that of their pictures.
const (
	lessons  = "docs/lesson"
	pictures = "docs/images/lesson"
)

func run(ctx context.Context, args []string) error {
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	flags := flag.NewFlagSet("lesson", flag.ContinueOnError)
	work := flags.String("work", filepath.Join(cache, "impasto", "lesson"), "folder in which the commands run")
	again := flags.Bool("again", false, "run all commands again")
	if err := flags.Parse(args); err != nil {
		return err
	}
	chapters, err := chapterFiles(flags.Args())
	if err != nil {
		return err
	}
	program, err := filepath.Abs(filepath.Join(*work, "impasto"))
	if err != nil {
		return err
	}
	build := exec.CommandContext(ctx, "go", "build", "-o", program, "./cmd/impasto")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("build impasto: %w", err)
	}
	for _, path := range chapters {
		folder := filepath.Join(*work, strings.ReplaceAll(strings.TrimSuffix(path, ".md"), string(filepath.Separator), "-"))
		if *again {
			if err := os.RemoveAll(folder); err != nil {
				return err
			}
		}
		if err := (&chapter{path: filepath.Join(lessons, path), folder: folder, program: program}).make(ctx); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

// chapterFiles returns the chapters in docs/lesson, or those given by name.
func chapterFiles(named []string) ([]string, error) {
	if len(named) > 0 {
		return named, nil
	}
	var all []string
	for _, pattern := range []string{"[1-9]-*.md", "ko/[1-9]-*.md"} {
		found, err := filepath.Glob(filepath.Join(lessons, pattern))
		if err != nil {
			return nil, err
		}
		for _, path := range found {
			name, err := filepath.Rel(lessons, path)
			if err != nil {
				return nil, err
			}
			all = append(all, name)
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no chapters in %s: run it at the root of the project", lessons)
	}
	return all, nil
}

// chapter is a page and the folder in which its commands run.
type chapter struct {
	path, folder, program string
}

func (c *chapter) make(ctx context.Context) error {
	page, err := os.ReadFile(c.path)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.folder, 0o777); err != nil {
		return err
	}
	for _, line := range commands(string(page)) {
		if err := c.runOnce(ctx, line); err != nil {
			return fmt.Errorf("%s: %w", line, err)
		}
	}
	return c.draw(string(page))
}

// commands returns the lines of code blocks that call impasto.
func commands(page string) []string {
	var found []string
	for line := range strings.Lines(page) {
		if code, ok := strings.CutPrefix(line, "    impasto "); ok {
			found = append(found, strings.TrimSpace(code))
		}
	}
	return found
}

// mistaken is the exit status of a check that found mistakes, which a chapter may expect.
const mistaken = 1

// runOnce runs a command unless it ran before, and prints its output.
func (c *chapter) runOnce(ctx context.Context, line string) error {
	saved := filepath.Join(c.folder, fmt.Sprintf("told-%.6x.txt", sha256.Sum256([]byte(line))))
	fmt.Printf("\n$ impasto %s\n", line)
	if text, err := os.ReadFile(saved); err == nil {
		_, err = os.Stdout.Write(text)
		return err
	}
	words, file, redirected := strings.Cut(line, " > ")
	run := exec.CommandContext(ctx, c.program, strings.Fields(words)...)
	run.Dir, run.Stderr = c.folder, os.Stderr
	out, err := run.Output()
	if failed := (*exec.ExitError)(nil); errors.As(err, &failed) && failed.ExitCode() == mistaken && strings.HasPrefix(line, "check ") {
		err = nil
	}
	if err != nil {
		return err
	}
	if redirected {
		if err := os.WriteFile(filepath.Join(c.folder, file), out, 0o666); err != nil {
			return err
		}
	}
	if _, err := os.Stdout.Write(out); err != nil {
		return err
	}
	return os.WriteFile(saved, out, 0o666)
}
