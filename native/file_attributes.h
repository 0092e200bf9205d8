#ifndef DISCSMITH_FILE_ATTRIBUTES_H_
#define DISCSMITH_FILE_ATTRIBUTES_H_

#include <napi.h>

namespace discsmith {

// readAttributes, setAttribute, removeAttribute and birthTime; stated in src/native-binding.ts.
void DefineFileAttributes(Napi::Env env, Napi::Object exports);

}  // namespace discsmith

#endif  // DISCSMITH_FILE_ATTRIBUTES_H_
