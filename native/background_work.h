#ifndef DISCSMITH_BACKGROUND_WORK_H_
#define DISCSMITH_BACKGROUND_WORK_H_

#include <napi.h>

#include <utility>

namespace discsmith {

// A short file operation on one of the threads that file operations share; a callback hears its outcome.
//
// `Work` takes nothing, touches no JavaScript and returns a value that `ToValue(env, value)` makes one of JavaScript.
template <typename Work>
class BackgroundWork final : public Napi::AsyncWorker {
 public:
  BackgroundWork(const Napi::Function& callback, Work work)
      : Napi::AsyncWorker(callback, "discsmith file"), work_(std::move(work)) {}

 private:
  using Outcome = decltype(std::declval<Work>()());

  void Execute() override { outcome_ = work_(); }
  void OnOK() override { Callback().Call({ToValue(Env(), outcome_)}); }

  Work work_;
  Outcome outcome_;
};

template <typename Work>
Napi::Value BeginWork(const Napi::Value& callback, Work work) {
  // It frees itself when it has ended.
  (new BackgroundWork<Work>(callback.As<Napi::Function>(), std::move(work)))->Queue();
  return callback.Env().Undefined();
}

}  // namespace discsmith

#endif  // DISCSMITH_BACKGROUND_WORK_H_
