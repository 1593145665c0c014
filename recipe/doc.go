// Package recipe is the language in which the zoo says how models are made.
//
// A [Recipe] is everything that decides the weights of a model beside the data.
// Its body belongs to a [Family]: one way of making models, with a folder of its
// own below this one that names its settings, reads its data and trains it. A
// [Families] lists families; it alone turns a name into a recipe, a recipe into a
// [Model], and an artefact into a model again. A program that adds its own
// family to a table has all of this for it too.
//
// What an opened model can do is an interface that its value satisfies:
// [Regressor], [RowAnswerer], [Vectors], [Measurer] and [Exporter] here,
// classify.Classifier and classify.Explainer in package classify.
package recipe
