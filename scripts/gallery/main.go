// Command gallery paints the pictures of docs/recipes.md, docs/gallery.md and docs/tuning.md from the
// built-in pictures:
//
//	go run ./scripts/gallery                 # everything
//	go run ./scripts/gallery -for 3m tuning  # what takes three minutes of the pictures of one page
//	go run ./scripts/gallery -check          # paint nothing; hold the pages to the pictures
//	go run ./scripts/gallery -preview 512 -print 2048 print
//	go run ./scripts/gallery compare                # the finalists of the default recipe on six pairs
//	go run ./scripts/gallery compare cat,night.jpg  # on another
//
// Finished pictures are kept in a folder of the user's cache and not painted again, so the command may be
// stopped at any time and resumes where it was. A picture is painted again if its recipe has changed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "gallery:", err)
		os.Exit(1)
	}
}

// options are the flags.
type options struct {
	docs           string
	cache          string
	check          bool
	until          time.Duration
	preview, print int
	pairs          int
	size           int
}

func run(ctx context.Context, args []string) error {
	var o options
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	flags := flag.NewFlagSet("gallery", flag.ContinueOnError)
	flags.StringVar(&o.docs, "docs", "docs", "folder of the pages")
	flags.StringVar(&o.cache, "cache", filepath.Join(cache, "impasto", "gallery"), "folder of the finished pictures")
	flags.BoolVar(&o.check, "check", false, "paint nothing; check that the pages have their pictures")
	flags.DurationVar(&o.until, "for", 0, "start no picture after this time; 0: no limit")
	flags.IntVar(&o.size, "size", 512, "long side of the pictures that compare paints")
	flags.IntVar(&o.preview, "preview", 512, "long side of the preview that the set print compares")
	flags.IntVar(&o.print, "print", 2048, "long side of its print")
	flags.IntVar(&o.pairs, "pairs", len(printPairs), "number of pairs that the set print compares")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return err
	}
	if o.check {
		return checkPages(o.docs)
	}
	return o.paint(ctx, flags.Args())
}

// paint makes the sheets of some sets, or of all but compare and print, which take an hour.
func (o *options) paint(ctx context.Context, names []string) error {
	compared := comparedPairs
	if len(names) > 1 && names[0] == "compare" {
		names, compared = names[:1], names[1:]
	}
	known := append(setNames(), "print", "compare")
	for _, name := range names {
		if !slices.Contains(known, name) {
			return fmt.Errorf("unknown set %q; must be one of %s", name, strings.Join(known, ", "))
		}
	}
	if len(names) == 0 {
		names = setNames()
	}
	p, err := newPainter(ctx, o.cache, o.until)
	if err != nil {
		return err
	}
	defer p.close()
	for _, name := range names {
		switch name {
		case "print":
			err = p.comparePrints(ctx, o)
		case "compare":
			err = p.compare(ctx, o, compared)
		default:
			err = p.paintSet(ctx, name, o.docs)
		}
		if errors.Is(err, errTime) {
			fmt.Println("time limit reached; run the command again to continue")
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *painter) paintSet(ctx context.Context, name, docs string) error {
	for _, s := range sheets() {
		if s.set != name {
			continue
		}
		if err := p.paintSheet(ctx, s, docs); err != nil {
			return fmt.Errorf("%s: %w", s.file(), err)
		}
	}
	return nil
}
