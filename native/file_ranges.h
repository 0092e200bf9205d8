#ifndef DISCSMITH_FILE_RANGES_H_
#define DISCSMITH_FILE_RANGES_H_

#include <napi.h>

namespace discsmith {

// copyFileRange and dataRanges; stated in src/native-binding.ts.
void DefineFileRanges(Napi::Env env, Napi::Object exports);

}  // namespace discsmith

#endif  // DISCSMITH_FILE_RANGES_H_
