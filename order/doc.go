// Package order describes what to paint, as data. An [Order] names the photograph, the paintings with their shares
// and masks, the recipe with the settings that differ from it, the size, the seed and the network. The flags of a
// command, the form of a web page, a job in a queue and the text inside a finished picture are all orders.
//
// An order has one JSON form ([Order.JSON]), described by a JSON Schema ([Schema]) and read strictly ([Parse]).
// Its identity is a digest ([Order.Digest]) of the contents of files, not their names. A [Resolver] finds the
// files of an order by name or by digest. A [Record] is an order together with what happened when it was
// painted.
//
// The package needs neither an engine nor a network: an order can be checked wherever it arrives.
package order
