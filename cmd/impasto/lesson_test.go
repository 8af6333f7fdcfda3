package main

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// lessonFolder contains the course, and a folder for each other language.
const lessonFolder = "../../docs/lesson"

func lessonPages(t *testing.T, folder string) map[string]string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.md"))
	if err != nil || len(paths) < 6 {
		t.Fatalf("%d pages in %s, %v", len(paths), folder, err)
	}
	pages := map[string]string{}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		pages[filepath.Base(path)] = string(data)
	}
	return pages
}

// lessonCommands returns the command lines of impasto in code blocks and in backquotes.
func lessonCommands(page string) []string {
	var found []string
	for _, m := range regexp.MustCompile("(?m)^    impasto (.*)$|`impasto ([^`]* [^`]*)`").FindAllStringSubmatch(page, -1) {
		words, _, _ := strings.Cut(m[1]+m[2], " > ")
		found = append(found, words)
	}
	return found
}

// TestLessonCommandsParse parses every command of the course without running it.
func TestLessonCommandsParse(t *testing.T) {
	for _, folder := range []string{lessonFolder, filepath.Join(lessonFolder, "ko")} {
		seen := 0
		for name, page := range lessonPages(t, folder) {
			for _, words := range lessonCommands(page) {
				parser, err := newParser(console{io.Discard, io.Discard})
				if err != nil {
					t.Fatal(err)
				}
				if _, err := parser.Parse(joinNegatives(strings.Fields(words))); err != nil {
					t.Errorf("%s: impasto %s: %v", name, words, err)
				}
				seen++
			}
		}
		if seen < 15 {
			t.Errorf("%s: %d commands", folder, seen)
		}
	}
}

// TestLessonsAgree checks that the course has the same commands, except for the language, and the same pictures in Korean
// and in English.
func TestLessonsAgree(t *testing.T) {
	english, korean := lessonPages(t, lessonFolder), lessonPages(t, filepath.Join(lessonFolder, "ko"))
	for name, page := range english {
		commands, theirs := lessonCommands(page), lessonCommands(strings.ReplaceAll(korean[name], " --lang ko", ""))
		if !slices.Equal(commands, theirs) {
			t.Errorf("%s: the commands are\n%s\nand in Korean\n%s", name, strings.Join(commands, "\n"), strings.Join(theirs, "\n"))
		}
		pictures := func(text string) (names []string) {
			for _, m := range regexp.MustCompile(`!\[[^\]]*\]\(([^)]+)\)`).FindAllStringSubmatch(text, -1) {
				names = append(names, filepath.Base(m[1]))
			}
			return names
		}
		if a, b := pictures(page), pictures(korean[name]); !slices.Equal(a, b) {
			t.Errorf("%s: the pictures are %v, and in Korean %v", name, a, b)
		}
	}
}

// TestLessonLinksLead checks that the links of the course lead to files, and that every picture is used.
func TestLessonLinksLead(t *testing.T) {
	used := map[string]bool{}
	for _, folder := range []string{lessonFolder, filepath.Join(lessonFolder, "ko")} {
		for name, page := range lessonPages(t, folder) {
			for _, m := range regexp.MustCompile(`\]\(([^)#]+)(#[^)]*)?\)`).FindAllStringSubmatch(page, -1) {
				if strings.Contains(m[1], "://") {
					continue
				}
				path := filepath.Join(folder, filepath.FromSlash(m[1]))
				if _, err := os.Stat(path); err != nil {
					t.Errorf("%s: %v", name, err)
				}
				used[path] = true
			}
		}
	}
	size := int64(0)
	for _, pattern := range []string{"../images/lesson/*.jpg", "../images/lesson/ko/*.jpg"} {
		paths, err := filepath.Glob(filepath.Join(lessonFolder, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			if size += info.Size(); !used[path] {
				t.Errorf("no chapter shows %s", path)
			}
		}
	}
	const most = 2_500_000
	if size > most {
		t.Errorf("the pictures of the course take %d bytes, more than %d", size, most)
	}
}
