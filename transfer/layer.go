package transfer

import (
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/loss"
)

// placed is a layer of a loss, found in the network.
type placed struct {
	layer  feature.Layer
	weight float64 // of the layer in its loss
}

// namesOf joins the names of layers.
func namesOf(layers []placed) string {
	name := ""
	for i, l := range layers {
		if i > 0 {
			name += "+"
		}
		name += l.layer.String()
	}
	return name
}

// layersOf lists the layers of terms.
func layersOf(all []placed) []feature.Layer {
	layers := make([]feature.Layer, len(all))
	for i, l := range all {
		layers[i] = l.layer
	}
	return layers
}

// groups returns the groups of layers that one term of a distance reads together.
func groups(d *loss.Distance, layers []placed) [][]placed {
	if d.Joint {
		return [][]placed{layers}
	}
	all := make([][]placed, len(layers))
	for i := range all {
		all[i] = layers[i : i+1]
	}
	return all
}
