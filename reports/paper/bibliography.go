package paper

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"edgewise/reports/table"
	"edgewise/sim/spec"
)

// entry is one work of the literature.
type entry struct {
	key, kind, text string
	why             string // what of the set rests on it, after "…"
	needed          func(u uses) bool
}

// uses are what a set is made from.
type uses struct {
	algorithms, made, data map[string]bool
	adam, ablation         bool
}

var literature = []entry{
	{"xie2021understanding", "inproceedings", `author = {Xie, Sirui and Hu, Shoukang and Wang, Xinjiang and Liu, Chunxiao and Shi, Jianping and Liu, Xunying and Lin, Dahua},
  title = {Understanding the wiring evolution in differentiable neural architecture search},
  booktitle = {International Conference on Artificial Intelligence and Statistics (AISTATS)},
  year = {2021}, note = {arXiv:2009.01272}`, "the local-cost view of wiring evolution", func(uses) bool { return true }},
	{"liu2019darts", "inproceedings", `author = {Liu, Hanxiao and Simonyan, Karen and Yang, Yiming},
  title = {{DARTS}: Differentiable architecture search},
  booktitle = {International Conference on Learning Representations (ICLR)},
  year = {2019}, note = {arXiv:1806.09055}`, "the operations, the cell and DARTS", func(uses) bool { return true }},
	{"xie2019snas", "inproceedings", `author = {Xie, Sirui and Zheng, Hehui and Liu, Chunxiao and Lin, Liang},
  title = {{SNAS}: Stochastic neural architecture search},
  booktitle = {International Conference on Learning Representations (ICLR)},
  year = {2019}, note = {arXiv:1812.09926}`, "SNAS", func(u uses) bool { return u.algorithms[spec.SNAS] }},
	{"hu2020dsnas", "inproceedings", `author = {Hu, Shoukang and Xie, Sirui and Zheng, Hehui and Liu, Chunxiao and Shi, Jianping and Liu, Xunying and Lin, Dahua},
  title = {{DSNAS}: Direct neural architecture search without parameter retraining},
  booktitle = {IEEE/CVF Conference on Computer Vision and Pattern Recognition (CVPR)},
  year = {2020}, note = {arXiv:2002.09128}`, "DSNAS", func(u uses) bool { return u.algorithms[spec.DSNAS] }},
	{"dong2020nasbench201", "inproceedings", `author = {Dong, Xuanyi and Yang, Yi},
  title = {{NAS-Bench-201}: Extending the scope of reproducible neural architecture search},
  booktitle = {International Conference on Learning Representations (ICLR)},
  year = {2020}, note = {arXiv:2001.00326}`, "NAS-Bench-201", func(u uses) bool { return u.made["nb201"] }},
	{"zela2020understanding", "inproceedings", `author = {Zela, Arber and Elsken, Thomas and Saikia, Tonmoy and Marrakchi, Yassine and Brox, Thomas and Hutter, Frank},
  title = {Understanding and robustifying differentiable architecture search},
  booktitle = {International Conference on Learning Representations (ICLR)},
  year = {2020}, note = {arXiv:1909.09656}`, "the logs of RobustDARTS", func(u uses) bool { return u.made["robust"] }},
	{"hundt2019sharpdarts", "misc", `author = {Hundt, Andrew and Jain, Varun and Hager, Gregory D.},
  title = {{sharpDARTS}: Faster and more accurate differentiable architecture search},
  year = {2019}, note = {arXiv:1903.09900}`, "the logs of sharpDARTS", func(u uses) bool { return u.made["sharpdarts"] }},
	{"xiao2017fashion", "misc", `author = {Xiao, Han and Rasul, Kashif and Vollgraf, Roland},
  title = {{Fashion-MNIST}: a novel image dataset for benchmarking machine learning algorithms},
  year = {2017}, note = {arXiv:1708.07747}`, "the images of Fashion-MNIST", func(u uses) bool { return u.data["fashion"] }},
	{"krizhevsky2009learning", "techreport", `author = {Krizhevsky, Alex},
  title = {Learning multiple layers of features from tiny images},
  institution = {University of Toronto}, year = {2009}`, "the images of CIFAR", func(u uses) bool { return u.data["cifar"] }},
	{"kingma2015adam", "inproceedings", `author = {Kingma, Diederik P. and Ba, Jimmy},
  title = {Adam: A method for stochastic optimization},
  booktitle = {International Conference on Learning Representations (ICLR)},
  year = {2015}, note = {arXiv:1412.6980}`, "Adam", func(u uses) bool { return u.adam }},
	{"sundararajan2017axiomatic", "inproceedings", `author = {Sundararajan, Mukund and Taly, Ankur and Yan, Qiqi},
  title = {Axiomatic attribution for deep networks},
  booktitle = {International Conference on Machine Learning (ICML)},
  year = {2017}, note = {arXiv:1703.01365}`, "integrated gradients", func(u uses) bool { return u.ablation }},
	{"holm1979simple", "article", `author = {Holm, Sture},
  title = {A simple sequentially rejective multiple test procedure},
  journal = {Scandinavian Journal of Statistics}, volume = {6}, number = {2}, pages = {65--70}, year = {1979}`, "Holm's correction", func(u uses) bool { return u.ablation }},
}

// uses says what the set is made from.
func (s *Set) uses() uses {
	u := uses{algorithms: map[string]bool{}, made: map[string]bool{}, data: map[string]bool{}}
	for _, x := range s.Sources {
		u.made[strings.TrimPrefix(x.Made, "import ")] = true
		u.ablation = u.ablation || strings.Contains(x.Made, "ablate")
		if x.Spec == nil {
			continue
		}
		u.algorithms[x.Spec.Algorithm] = true
		u.adam = u.adam || x.Spec.Alpha.Optimiser == spec.Adam
		if x.Spec.Data.Dir == "" || strings.Contains(x.Spec.Data.Dir, "fashion") {
			u.data["fashion"] = true
		}
		if strings.Contains(x.Spec.Data.Dir, "cifar") {
			u.data["cifar"] = true
		}
	}
	return u
}

// cited are the works that the set rests on.
func (s *Set) cited() []entry {
	u := s.uses()
	return slices.DeleteFunc(slices.Clone(literature), func(e entry) bool { return !e.needed(u) })
}

func (s *Set) bibliography() []byte {
	var b bytes.Buffer
	for _, e := range s.cited() {
		fmt.Fprintf(&b, "@%s{%s,\n  %s\n}\n\n", e.kind, e.key, e.text)
	}
	return b.Bytes()
}

// sentence says what rests on what, with citations.
func (s *Set) sentence() string {
	var parts []string
	for _, e := range s.cited() {
		parts = append(parts, table.Escape(e.why)+"~\\cite{"+e.key+"}")
	}
	last := len(parts) - 1
	if last == 0 {
		return "The tables and figures rest on " + parts[0] + "."
	}
	return "The tables and figures rest on " + strings.Join(parts[:last], ", ") + " and " + parts[last] + "."
}
