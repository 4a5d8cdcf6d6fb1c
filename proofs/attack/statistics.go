package attack

import "context"

func statistics() []Attack {
	return []Attack{{
		Name: "verdicts", Family: "statistics", Long: true,
		About: "verdicts under a null simulation are wrong at most 5 % of the time; intervals cover 93 to 97 %",
		Run: func(ctx context.Context, e *Env) (Outcome, error) {
			return e.tests(ctx, []suite{{"./reports/stat", "Coverage|RarelyWrong|KeepsTheFamily|AgainstSciPy|Kendall|VerdictRule"}})
		},
	}}
}
