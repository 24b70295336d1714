/** A trace as text with some of everything: main starts a worker, a reused g, a panic, a go statement, a note. */
export const small = `process
  version 2
  headerSize 4096
  used 4736
  startTicks 1000
  startNano 5000
  pid 42
  defsHead 4096
  goVersion "go1.26.0"
  platform "linux/amd64"
  executable "/tmp/app"
  directory "/tmp"
  lost 3 2
defs size=192 slot=0 seq=0 ticks=0 nano=0
  function 1 "main.main" "main.go" 3
  go 2 "main.main" "main.go" 4
  function 3 "main.work" "main.go" 9
  function 4 "main.main.func1" "main.go" 5
events size=128 slot=7 seq=0 ticks=1010 nano=5010
  begin delta=0 goid=1 parentGoid=0 spawnRef=0
  enter4 id=1 delta=0
  spawn delta=10 site=2
  exit2 delta=980
events size=128 slot=4000000000 seq=0 ticks=1030 nano=5030
  begin delta=0 goid=8 parentGoid=1 spawnRef=2174
  enter6 id=3 delta=10
  exitPanic delta=160
  sync ticks=1500 nano=5500
  begin delta=0 goid=9 parentGoid=1 spawnRef=0
  enter8 id=4 delta=100
  exit4 delta=50
unused
note size=128 slot=0 seq=0 ticks=0 nano=0
  json "{\\"command\\":\\"app\\"}"
size 4736
`;
