package order

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"strconv"
)

// Unidentified returns the paths of the inputs, including the network, whose digests are unknown: an order
// has a digest only if there are none.
func (o *Order) Unidentified() []string {
	var paths []string
	for path, in := range o.Files() {
		if in.SHA256 == "" {
			paths = append(paths, path)
		}
	}
	if o.Network.SHA256 == "" {
		paths = append(paths, "network")
	}
	return paths
}

// Digest returns the identity of the ordered picture, as a SHA-256 in hexadecimal digits. It covers what determines
// the picture and its file: the contents of all files, every setting of the finished recipe, size, seed,
// network, output. It does not depend on how that is expressed: names of files and of the recipe, settings equal to
// the recipe's, effort rather than the resulting iterations, shares rather than their ratios. The ratios are exact: a
// share is the decimal number that the JSON form states, so 0.3 and 0.6 are the same as 1 and 2. It fails if the order
// is not valid or an input has no digest.
func (o *Order) Digest() (string, error) {
	c, err := o.Canonical()
	if err != nil {
		return "", err
	}
	if unknown := c.Unidentified(); len(unknown) > 0 {
		return "", fieldf(unknown[0]+".sha256", "missing; an order has a digest only if all of its inputs have one")
	}
	r, err := c.FinishedRecipe()
	if err != nil {
		return "", err
	}
	return sum(c.identity(settingsOf(&r))), nil
}

// sum returns the SHA-256 of v as JSON.
func sum(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic("order: " + err.Error()) // strings and finite numbers always encode
	}
	digest := sha256.Sum256(text)
	return hex.EncodeToString(digest[:])
}

// identity holds what Digest covers. Its JSON is hashed; a change to its form changes all digests.
type identity struct {
	Version     int                `json:"version"`
	Photograph  string             `json:"photograph"`
	Paintings   []paintingIdentity `json:"paintings"`
	RegionMap   string             `json:"region_map"`
	Start       string             `json:"start"`
	StrengthMap string             `json:"strength_map"`
	Settings    map[string]string  `json:"settings"`
	Size        int                `json:"size"`
	Enlarge     bool               `json:"enlarge"`
	Seed        uint64             `json:"seed"`
	Network     string             `json:"network"`
	Output      Output             `json:"output"`
}

type paintingIdentity struct {
	Picture string   `json:"picture"`
	Share   *big.Int `json:"share"` // of the ratio in lowest terms
	Mask    string   `json:"mask"`
	Region  string   `json:"region"`
}

// identity returns the identity of a canonical order, given all settings of its finished recipe.
func (o *Order) identity(settings map[string]string) *identity {
	id := &identity{Version: Version, Photograph: o.Photograph.SHA256, RegionMap: o.RegionMap.digest(), Start: o.Start.digest(),
		StrengthMap: o.StrengthMap.digest(), Settings: settings, Size: o.Size, Enlarge: o.Enlarge, Seed: o.Seed,
		Network: o.Network.SHA256, Output: o.Output}
	ratio := o.ratio()
	for i, p := range o.Paintings {
		id.Paintings = append(id.Paintings, paintingIdentity{p.Picture.SHA256, ratio[i], p.Mask.digest(), p.Region.digest()})
	}
	id.Output.Format = cmp.Or(id.Output.Format, PNG)
	return id
}

// ratio returns the ratio of the shares as whole numbers in lowest terms: 1 and 2 for shares of 0.3 and 0.6. A share
// counts as its shortest decimal text, which is what the JSON form has: the quotients of float64 would depend on how
// the shares are rounded.
func (o *Order) ratio() []*big.Int {
	exact := make([]*big.Rat, len(o.Paintings))
	multiple := big.NewInt(1) // a common multiple of the denominators
	for i, p := range o.Paintings {
		r, ok := new(big.Rat).SetString(strconv.FormatFloat(p.Share, 'g', -1, 64))
		if !ok {
			panic("order: a share that is not finite passed validation")
		}
		exact[i] = r
		gcd := new(big.Int).GCD(nil, nil, multiple, r.Denom())
		multiple.Mul(multiple, new(big.Int).Quo(r.Denom(), gcd))
	}
	whole, divisor := make([]*big.Int, len(exact)), new(big.Int)
	for i, r := range exact {
		whole[i] = new(big.Int).Mul(r.Num(), new(big.Int).Quo(multiple, r.Denom()))
		divisor.GCD(nil, nil, divisor, whole[i])
	}
	for _, n := range whole {
		n.Quo(n, divisor) // at least one share is positive, so the divisor is too
	}
	return whole
}

func (i *Input) digest() string {
	if i == nil {
		return ""
	}
	return i.SHA256
}
