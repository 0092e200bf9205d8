#ifndef DISCSMITH_PROMISED_WORK_H_
#define DISCSMITH_PROMISED_WORK_H_

#include <napi.h>

#include <utility>

namespace discsmith {

// A short file operation on one of the threads that file operations share; its outcome settles a promise.
//
// `Work` takes nothing, touches no JavaScript and returns a value that `ToValue(env, value)` makes one of JavaScript.
template <typename Work>
class PromisedWork final : public Napi::AsyncWorker {
 public:
  static Napi::Value Begin(Napi::Env env, Work work) {
    // It frees itself when it has ended.
    auto* self = new PromisedWork(env, std::move(work));
    const Napi::Promise promise = self->deferred_.Promise();
    self->Queue();
    return promise;
  }

 private:
  using Outcome = decltype(std::declval<Work>()());

  PromisedWork(Napi::Env env, Work work)
      : Napi::AsyncWorker(env, "discsmith file"),
        deferred_(Napi::Promise::Deferred::New(env)),
        work_(std::move(work)) {}

  void Execute() override { outcome_ = work_(); }
  void OnOK() override { deferred_.Resolve(ToValue(Env(), outcome_)); }

  Napi::Promise::Deferred deferred_;
  Work work_;
  Outcome outcome_;
};

template <typename Work>
Napi::Value Promised(Napi::Env env, Work work) {
  return PromisedWork<Work>::Begin(env, std::move(work));
}

}  // namespace discsmith

#endif  // DISCSMITH_PROMISED_WORK_H_
