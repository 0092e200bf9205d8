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

class SgTask : public DeviceTask {
 public:
  explicit SgTask(SgDevice* device) : device_(device) {}

  void Finish(Napi::Env env, const Napi::Function& listener) final {
    device_->TaskEnds(env);
    listener.Call({Outcome(env)});
  }

 protected:
  virtual Napi::Value Outcome(Napi::Env env) = 0;

 private:
  // Kept by its pending task.
  SgDevice* device_;
};

class OpenTask final : public SgTask {
 public:
  OpenTask(SgDevice* device, std::string path, bool exclusive)
      : SgTask(device), path_(std::move(path)), exclusive_(exclusive) {}

  void Run(SgFile* file) override { reply_ = file->Open(path_, exclusive_); }
  Napi::Value Outcome(Napi::Env env) override { return ToValue(env, reply_); }

 private:
  std::string path_;
  bool exclusive_;
  OpenReply reply_;
};

class SendTask final : public SgTask {
 public:
  SendTask(SgDevice* device, CommandRequest request) : SgTask(device), request_(std::move(request)) {}

  void Run(SgFile* file) override { reply_ = file->Send(request_); }
  Napi::Value Outcome(Napi::Env env) override { return ToValue(env, reply_, request_); }

 private:
  CommandRequest request_;
  CommandReply reply_;
};

class CloseTask final : public SgTask {
 public:
  using SgTask::SgTask;

  void Run(SgFile* file) override { error_ = file->Close(); }
  Napi::Value Outcome(Napi::Env env) override { return Napi::Number::New(env, error_); }
  bool IsLast() const override { return true; }

 private:
  int error_ = 0;
};

}  // namespace

Napi::Function SgDevice::Define(Napi::Env env) {
  return DefineClass(env, "SgDevice",
                     {InstanceMethod<&SgDevice::Open>("open"), InstanceMethod<&SgDevice::Send>("send"),
                      InstanceMethod<&SgDevice::Close>("close")});
}

SgDevice::SgDevice(const Napi::CallbackInfo& info) : Napi::ObjectWrap<SgDevice>(info) {
  if (info[0].IsFunction()) {
    listener_ = Napi::Persistent(info[0].As<Napi::Function>());
  } else {
    Misused(info.Env(), "a drive takes a function that hears its replies");
  }
}

SgDevice::~SgDevice() {
  if (thread_ == nullptr) return;
  thread_->Stop();
  thread_->Leave();
}

Napi::Value SgDevice::Begin(Napi::Env env, std::unique_ptr<DeviceTask> task) {
  if (pending_tasks_++ == 0) {
    Ref();
    thread_->KeepLoop(env, true);
  }
  thread_->Push(std::move(task));
  return Napi::Number::New(env, 0);
}

void SgDevice::TaskEnds(Napi::Env env) {
  if (--pending_tasks_ > 0) return;
  thread_->KeepLoop(env, false);
  Unref();
}

Napi::Value SgDevice::Open(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!IsBytes(info[0]) || !info[1].IsBoolean()) return Misused(env, "open takes a path as bytes and a boolean");
  if (closed_) return Napi::Number::New(env, EBADF);
  if (thread_ == nullptr) {
    const int error = DeviceThread::Start(env, listener_.Value(), &thread_);
    if (error != 0) return Napi::Number::New(env, error);
    listener_.Reset();
  }
  return Begin(env, std::make_unique<OpenTask>(this, NameOf(info[0]), info[1].As<Napi::Boolean>().Value()));
}

Napi::Value SgDevice::Send(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const bool is_out = IsBytes(info[1]);
  if (!IsBytes(info[0]) || (!is_out && !info[1].IsNumber()) || !info[2].IsNumber()) {
    return Misused(env, "send takes a CDB as bytes, bytes to send or a number of bytes to fetch, and milliseconds");
  }
  if (thread_ == nullptr || closed_) return Napi::Number::New(env, EBADF);
  CommandRequest request;
  request.cdb = BytesOf(info[0]);
  if (request.cdb.size() > kLongestCdbBytes) return Misused(env, "a CDB has at most 255 bytes");
  request.timeout_ms = info[2].As<Napi::Number>().Uint32Value();
  const std::size_t bytes =
      is_out ? info[1].As<Napi::Uint8Array>().ByteLength() : info[1].As<Napi::Number>().Uint32Value();
  if (bytes > 0) {
    request.direction = is_out ? Direction::kOut : Direction::kIn;
    request.data = PageBuffer(bytes);
    if (request.data.data() == nullptr) return Napi::Number::New(env, ENOMEM);
    // The bytes are copied: their owner may end, or take them away, while the drive still reads them.
    if (is_out) std::copy_n(info[1].As<Napi::Uint8Array>().Data(), bytes, request.data.data());
  }
  return Begin(env, std::make_unique<SendTask>(this, std::move(request)));
}

Napi::Value SgDevice::Close(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (thread_ == nullptr || closed_) return Napi::Number::New(env, EBADF);
  closed_ = true;
  return Begin(env, std::make_unique<CloseTask>(this));
}

}  // namespace discsmith
