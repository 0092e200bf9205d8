#include "sg_device.h"

#include <cerrno>
#include <string>
#include <utility>

#include "values.h"

namespace discsmith {

namespace {

constexpr std::size_t kLongestCdbBytes = 255;

Napi::Value ToValue(Napi::Env env, const OpenReply& reply) {
  auto value = Napi::Object::New(env);
  value.Set("error", reply.error);
  value.Set("operation", reply.operation);
  value.Set("writable", reply.writable);
  value.Set("transferLimitBytes", static_cast<double>(reply.transfer_limit_bytes));
  value.Set("lockOwner", static_cast<double>(reply.lock_owner));
  return value;
}

Napi::Value ToValue(Napi::Env env, const CommandReply& reply, const CommandRequest& request) {
  auto value = Napi::Object::New(env);
  value.Set("error", reply.error);
  value.Set("status", static_cast<double>(reply.status));
  value.Set("hostStatus", static_cast<double>(reply.host_status));
  value.Set("driverStatus", static_cast<double>(reply.driver_status));
  value.Set("residualBytes", reply.residual_bytes);
  value.Set("durationMs", reply.duration_ms);
  value.Set("sense", BytesTo(env, reply.sense, reply.sense_bytes));
  const bool is_in = request.direction == Direction::kIn;
  value.Set("data", BytesTo(env, request.data.data(), is_in ? request.data.bytes() : 0));
  return value;
}

// A task whose outcome settles a promise.
class PromisedTask : public DeviceTask {
 public:
  PromisedTask(Napi::Env env, SgDevice* device) : device_(device), deferred_(Napi::Promise::Deferred::New(env)) {}

  Napi::Promise Promise() const { return deferred_.Promise(); }

  void Finish(Napi::Env env) final {
    device_->TaskEnds(env);
    deferred_.Resolve(Outcome(env));
  }

 protected:
  virtual Napi::Value Outcome(Napi::Env env) = 0;

 private:
  // Kept by its pending task.
  SgDevice* device_;
  Napi::Promise::Deferred deferred_;
};

class OpenTask final : public PromisedTask {
 public:
  OpenTask(Napi::Env env, SgDevice* device, std::string path, bool exclusive)
      : PromisedTask(env, device), path_(std::move(path)), exclusive_(exclusive) {}

  void Run(SgFile* file) override { reply_ = file->Open(path_, exclusive_); }
  Napi::Value Outcome(Napi::Env env) override { return ToValue(env, reply_); }

 private:
  std::string path_;
  bool exclusive_;
  OpenReply reply_;
};

class SendTask final : public PromisedTask {
 public:
  SendTask(Napi::Env env, SgDevice* device, CommandRequest request)
      : PromisedTask(env, device), request_(std::move(request)) {}

  void Run(SgFile* file) override { reply_ = file->Send(request_); }
  Napi::Value Outcome(Napi::Env env) override { return ToValue(env, reply_, request_); }

 private:
  CommandRequest request_;
  CommandReply reply_;
};

class CloseTask final : public PromisedTask {
 public:
  using PromisedTask::PromisedTask;

  void Run(SgFile* file) override { error_ = file->Close(); }
  Napi::Value Outcome(Napi::Env env) override { return Napi::Number::New(env, error_); }
  bool IsLast() const override { return true; }

 private:
  int error_ = 0;
};

Napi::Value Resolved(Napi::Env env, Napi::Value value) {
  const auto deferred = Napi::Promise::Deferred::New(env);
  deferred.Resolve(value);
  return deferred.Promise();
}

}  // namespace

Napi::Function SgDevice::Define(Napi::Env env) {
  return DefineClass(env, "SgDevice",
                     {InstanceMethod<&SgDevice::Open>("open"), InstanceMethod<&SgDevice::Send>("send"),
                      InstanceMethod<&SgDevice::Close>("close")});
}

SgDevice::SgDevice(const Napi::CallbackInfo& info) : Napi::ObjectWrap<SgDevice>(info) {}

SgDevice::~SgDevice() {
  if (thread_ == nullptr) return;
  thread_->Stop();
  thread_->Leave();
}

template <typename Task>
Napi::Value SgDevice::Begin(Napi::Env env, std::unique_ptr<Task> task) {
  const Napi::Promise promise = task->Promise();
  if (pending_tasks_++ == 0) {
    Ref();
    thread_->KeepLoop(env, true);
  }
  thread_->Push(std::move(task));
  return promise;
}

void SgDevice::TaskEnds(Napi::Env env) {
  if (--pending_tasks_ > 0) return;
  thread_->KeepLoop(env, false);
  Unref();
}

Napi::Value SgDevice::Open(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!IsBytes(info[0]) || !info[1].IsBoolean()) return Misused(env, "open takes a path as bytes and a boolean");
  OpenReply refusal;
  if (closed_) {
    refusal.error = EBADF;
    refusal.operation = "open";
  } else if (thread_ == nullptr) {
    refusal.error = DeviceThread::Start(env, &thread_);
    refusal.operation = "start of a thread";
  }
  if (refusal.error != 0) return Resolved(env, ToValue(env, refusal));
  return Begin(env, std::make_unique<OpenTask>(env, this, NameOf(info[0]), info[1].As<Napi::Boolean>().Value()));
}

Napi::Value SgDevice::Send(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const bool is_out = IsBytes(info[1]);
  if (!IsBytes(info[0]) || (!is_out && !info[1].IsNumber()) || !info[2].IsNumber()) {
    return Misused(env, "send takes a CDB as bytes, bytes to send or a number of bytes to fetch, and milliseconds");
  }
  CommandRequest request;
  request.cdb = BytesOf(info[0]);
  if (request.cdb.size() > kLongestCdbBytes) return Misused(env, "a CDB has at most 255 bytes");
  request.timeout_ms = info[2].As<Napi::Number>().Uint32Value();
  CommandReply refusal;
  if (thread_ == nullptr || closed_) refusal.error = EBADF;
  const std::size_t bytes =
      is_out ? info[1].As<Napi::Uint8Array>().ByteLength() : info[1].As<Napi::Number>().Uint32Value();
  if (bytes > 0 && refusal.error == 0) {
    request.direction = is_out ? Direction::kOut : Direction::kIn;
    request.data = PageBuffer(bytes);
    // The bytes are copied: their owner may end, or take them away, while the drive still reads them.
    if (request.data.data() == nullptr) {
      refusal.error = ENOMEM;
    } else if (is_out) {
      std::copy_n(info[1].As<Napi::Uint8Array>().Data(), bytes, request.data.data());
    }
  }
  if (refusal.error != 0) return Resolved(env, ToValue(env, refusal, {}));
  return Begin(env, std::make_unique<SendTask>(env, this, std::move(request)));
}

Napi::Value SgDevice::Close(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (thread_ == nullptr || closed_) return Resolved(env, Napi::Number::New(env, thread_ == nullptr ? 0 : EBADF));
  closed_ = true;
  return Begin(env, std::make_unique<CloseTask>(env, this));
}

}  // namespace discsmith
