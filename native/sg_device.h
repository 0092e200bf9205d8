#ifndef DISCSMITH_SG_DEVICE_H_
#define DISCSMITH_SG_DEVICE_H_

#include <napi.h>

#include <memory>

#include "device_thread.h"

namespace discsmith {

// A drive, as JavaScript has it. Its interface is stated in src/native-binding.ts.
class SgDevice : public Napi::ObjectWrap<SgDevice> {
 public:
  static Napi::Function Define(Napi::Env env);

  explicit SgDevice(const Napi::CallbackInfo& info);
  ~SgDevice() override;

  // The event loop, and this object, are kept for as long as tasks are under way.
  void TaskEnds(Napi::Env env);

 private:
  Napi::Value Open(const Napi::CallbackInfo& info);
  Napi::Value Send(const Napi::CallbackInfo& info);
  Napi::Value Close(const Napi::CallbackInfo& info);

  // Returns to JavaScript that the task was begun.
  Napi::Value Begin(Napi::Env env, std::unique_ptr<DeviceTask> task);

  // Until there is a thread, which then holds it.
  Napi::FunctionReference listener_;
  // Null before the first opening.
  DeviceThread* thread_ = nullptr;
  bool closed_ = false;
  unsigned pending_tasks_ = 0;
};

}  // namespace discsmith

#endif  // DISCSMITH_SG_DEVICE_H_
