#!/bin/sh
# Runs a small ablation as an array job on a real Slurm of one node, kills and requeues
# one task, and compares the merged tables with those of a local run, byte by byte.
# Needs root and Debian's packages slurm-wlm and munge; says why and ends with 77
# where they are missing.
#   sh .ci/slurm.sh [EDGEWISE]
set -eu
for tool in slurmctld slurmd sbatch munged; do
	command -v $tool >/dev/null 2>&1 || { echo "skipped: $tool is not installed (apt-get install slurm-wlm munge)"; exit 77; }
done
[ "$(id -u)" = 0 ] || { echo "skipped: starting slurmd needs root"; exit 77; }
root=$(cd "$(dirname "$0")/.." && pwd)
dir=$(mktemp -d)
chmod 755 "$dir"
ctld= ; node= ; munge=
stop() {
	for pid in $ctld $node $munge; do kill "$pid" 2>/dev/null || true; done
	wait 2>/dev/null || true
	rm -rf "$dir"
}
trap stop EXIT
program=${1:-}
if [ -z "$program" ]; then
	program=$dir/edgewise
	(cd "$root" && go build -o "$program" ./cmd/edgewise)
fi
grid=$root/sim/ablation/testdata/slurm.toml
host=$(hostname -s)

mkdir "$dir/munge" "$dir/state" "$dir/spool" "$dir/out" "$dir/log"
dd if=/dev/urandom of="$dir/munge/key" bs=1024 count=1 2>/dev/null
chmod 600 "$dir/munge/key"
munged --force --foreground --socket="$dir/munge/socket" --key-file="$dir/munge/key" --pid-file="$dir/munge/pid" \
	--log-file="$dir/munge/log" --seed-file="$dir/munge/seed" >"$dir/log/munged" 2>&1 &
munge=$!
cat >"$dir/slurm.conf" <<CONF
ClusterName=edgewise
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$dir/munge/socket
CredType=cred/munge
SlurmctldPort=16817
SlurmdPort=16818
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool
SlurmctldPidFile=$dir/ctld.pid
SlurmdPidFile=$dir/slurmd.pid
SlurmctldLogFile=$dir/log/slurmctld
SlurmdLogFile=$dir/log/slurmd
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobRequeue=1
KillWait=2
ReturnToService=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF="$dir/slurm.conf"
sleep 1
slurmctld -D >"$dir/log/slurmctld.out" 2>&1 &
ctld=$!
slurmd -D >"$dir/log/slurmd.out" 2>&1 &
node=$!
for try in $(seq 60); do
	sinfo -h -o %t 2>/dev/null | grep -q idle && break
	sleep 1
	[ "$try" -lt 60 ] || { echo "failed: the node did not come up"; tail -n 20 "$dir"/log/*; exit 1; }
done

"$program" ablate plan --grid "$grid" --slurm 3 --out "$dir/out" --program "$program" >"$dir/array.sh"
job=$(cd "$dir/log" && sbatch --parsable "$dir/array.sh")
killed=
for try in $(seq 120); do
	task=$(squeue -h -t R -r -j "$job" -o %i | head -n 1)
	if [ -n "$task" ] && ls "$dir"/out/runs/*/checkpoint.bin >/dev/null 2>&1; then
		scontrol requeue "$task"
		killed=$task
		echo "killed and requeued task $killed"
		break
	fi
	sleep 0.2
done
[ -n "$killed" ] || { echo "failed: no task was running that could be killed"; tail -n 20 "$dir"/log/*; exit 1; }
while [ -n "$(squeue -h -j "$job" 2>/dev/null)" ]; do
	# a requeued task is held back for two minutes: let it start at once
	scontrol update jobid="$killed" starttime=now >/dev/null 2>&1 || true
	sleep 1
done
cat "$dir"/log/slurm-*.out
"$program" ablate merge --grid "$grid" --out "$dir/out" >"$dir/merged.txt"
"$program" ablate --grid "$grid" --out "$dir/local" >"$dir/local.txt"
# seconds.txt of a run is a measured time, not a result
diff -r -x seconds.txt "$dir/out" "$dir/local"
echo "the array job's runs and tables are those of a local run, byte by byte"
