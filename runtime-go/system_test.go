package rt

import _ "gotrace.internal/rt/sys"
