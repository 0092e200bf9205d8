#include <napi.h>

#include "file_attributes.h"
#include "file_ranges.h"
#include "sg_device.h"

namespace discsmith {

// There is no state but what belongs to an environment: each thread of JavaScript gets its own objects.
static Napi::Object Initialize(Napi::Env env, Napi::Object exports) {
  exports.Set("SgDevice", SgDevice::Define(env));
  DefineFileAttributes(env, exports);
  DefineFileRanges(env, exports);
  return exports;
}

NODE_API_MODULE(NODE_GYP_MODULE_NAME, Initialize)

}  // namespace discsmith
