#!/bin/sh
# Trains the weights of this folder anew and replaces them. Of several seeds the one
# with the best validation accuracy is taken, of equal ones the first.
#
#   sh models/pretrained/train.sh [RUNS]
#
# Runs go to the folder RUNS, a temporary one by default; one that is there already
# is not repeated. Ten minutes on two cores.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
runs=${1:-$(mktemp -d)}
mkdir -p "$runs"
runs=$(cd "$runs" && pwd)
cd "$here/../.."

# last KEY FILE: the last value that KEY has in a file of JSON.
last() { sed -n "s/.*\"$1\": *\"\{0,1\}\([^,\"}]*\).*/\1/p" "$2" | tail -n 1; }

# best MODEL SEED...: trains, and takes the best seed's weights.
best() {
	model=$1 top=0
	shift
	for seed; do
		run=$runs/$model-$seed
		[ -d "$run" ] || go run ./cmd/mnist --model "$model" --recipe best --seed "$seed" --run-dir "$run"
		accuracy=$(last valid_accuracy "$run/metrics.jsonl")
		echo "$model, seed $seed: validation accuracy $accuracy"
		if awk "BEGIN { exit !($accuracy > $top) }"; then
			top=$accuracy chosen=$run
		fi
	done
	cp "$chosen/model.safetensors" "$here/$model.safetensors"
	cat >"$here/$model.json" <<-END
		{
		  "model": "$model",
		  "recipe": "$(last recipe "$chosen/config.json")",
		  "seed": $(last seed "$chosen/config.json"),
		  "steps": $(last steps "$chosen/config.json"),
		  "dataset": "$(last dataset "$chosen/config.json")",
		  "validation_accuracy": $top,
		  "test_accuracy": $(last test_accuracy "$chosen/metrics.jsonl"),
		  "isa": "$(last isa "$chosen/config.json")"
		}
	END
}

best mlp 1
best lenet5 1 2 3
