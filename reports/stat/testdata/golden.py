#!/usr/bin/python3
"""Writes golden.json: what SciPy (Debian's python3-scipy, 1.10.1) computes for
small fixed data, against which golden_test.go holds package stat.

    python3 golden.py > golden.json
"""
import json

from scipy import stats

a = [0.31, 0.42, 0.18, 0.55, 0.47, 0.29, 0.61, 0.38]
b = [0.22, 0.45, 0.11, 0.39, 0.28, 0.33, 0.41, 0.26]
c = [1.9, 0.4, 2.7, 3.1, 0.8, 2.2]
x = [1.0, 2.5, 2.0, 4.0, 3.5, 6.0, 5.5, 8.0, 7.0, 9.5, 9.0, 12.0]
y = [0.3, 1.1, 0.2, 1.9, 0.9, 2.2, 3.0, 2.1, 3.6, 2.9, 4.4, 3.3]
tied = [1.0, 2.0, 2.0, 4.0, 3.0, 6.0, 6.0, 6.0, 7.0, 9.0, 9.0, 12.0]

most = [v if i % 5 >= 2 else -v for i, v in enumerate(float((29 * i) % 50 + 1) for i in range(50))]

d = [u - v for u, v in zip(a, b)]
long = [((37 * k) % 101 - 47) / 10 for k in range(1, 81) if (37 * k) % 101 != 47]
other = [((53 * k) % 97 - 40) / 9 for k in range(1, 41)]
coarse, coarse_other = [float(round(v)) for v in long], [float(round(v)) for v in other]


def interval(v):
    n = len(v)
    return list(stats.t.interval(0.95, n - 1, loc=sum(v) / n, scale=stats.sem(v)))


def test(r):
    return [float(r.statistic), float(r.pvalue)]


pearson = stats.pearsonr(x, y)
out = {
    "a": a, "b": b, "c": c, "x": x, "y": y, "tied": tied, "long": long, "other": other, "most": most, "coarse": coarse, "coarse_other": coarse_other,
    "mean_a": interval(a),
    "mean_c": interval(c),
    "paired": interval(d),
    "t_quantiles": {str(n): float(stats.t.ppf(0.975, n)) for n in (1, 2, 3, 4, 9, 30, 1000)},
    "sign": float(stats.binomtest(sum(v > 0 for v in d), len(d), 0.5).pvalue),
    # SciPy's two-sided statistic is the smaller rank sum; greater gives W+.
    "wilcoxon": [float(stats.wilcoxon(d, alternative="greater", mode="exact").statistic),
                 float(stats.wilcoxon(d, mode="exact").pvalue)],
    "wilcoxon_long": [float(stats.wilcoxon(long, alternative="greater", mode="approx", correction=True).statistic),
                      float(stats.wilcoxon(long, mode="approx", correction=True).pvalue)],
    "mannwhitney": test(stats.mannwhitneyu(a, c, method="exact")),
    "wilcoxon_most": float(stats.wilcoxon(most, mode="exact").pvalue),
    "mannwhitney_most": float(stats.mannwhitneyu(most[::2], most[1::2], method="exact").pvalue),
    "mannwhitney_long": test(stats.mannwhitneyu(long, other, method="asymptotic")),
    "mannwhitney_tied": test(stats.mannwhitneyu(coarse, coarse_other, method="asymptotic")),
    "pearson": [float(pearson.statistic), float(pearson.pvalue), *map(float, pearson.confidence_interval(0.95))],
    "spearman": test(stats.spearmanr(x, y)),
    "spearman_tied": test(stats.spearmanr(tied, y)),
}
print(json.dumps(out, indent=1))
