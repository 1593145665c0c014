package zoo

// What the golden tests ask of recipes beyond what programs can: they reach it
// by these three functions alone.

func GoldenParse(data []byte) (Recipe, error) { return parseRecipe(data) }

func GoldenIdentity(r Recipe, data string) string { return r.identity(data) }

func GoldenCommand(r Recipe, steps string) string { return r.command(steps) }
