#ifndef DISCSMITH_DEVICE_THREAD_H_
#define DISCSMITH_DEVICE_THREAD_H_

#include <napi.h>
#include <pthread.h>

#include <atomic>
#include <memory>
#include <mutex>

#include "sg_file.h"

namespace discsmith {

// Something to be done with a device: first on its thread, then on that of JavaScript.
class DeviceTask {
 public:
  virtual ~DeviceTask() = default;
  // On the device's thread; may block for hours. No JavaScript.
  virtual void Run(SgFile* file) = 0;
  // On the thread of JavaScript, unless that has ended: tells the outcome.
  virtual void Finish(Napi::Env env, const Napi::Function& listener) = 0;
  // Whether the thread ends with it.
  virtual bool IsLast() const { return false; }

 private:
  friend class TaskQueue;
  std::unique_ptr<DeviceTask> next_;
};

// Tasks in the order in which they came.
class TaskQueue {
 public:
  ~TaskQueue() { Clear(); }

  bool IsEmpty() const { return first_ == nullptr; }
  void Push(std::unique_ptr<DeviceTask> task);
  std::unique_ptr<DeviceTask> Pop();
  void Clear();

 private:
  std::unique_ptr<DeviceTask> first_;
  DeviceTask* last_ = nullptr;
};

// The thread of one device. A command may block for hours, and nothing can interrupt it: so neither the threads that
// file operations share may run it, nor may anybody have to wait for this thread to end.
//
// Hence this belongs to three owners, who end in any order: the device's object in JavaScript, the thread, and the
// channel from the thread to JavaScript. What a task needs, it owns; no memory of JavaScript is touched on the thread.
// Where JavaScript ends while a command is under way, the thread closes the device when that has come back, and ends.
//
// Made with pthreads and an own count of owners: std::thread ends the process where no thread can be had,
// std::condition_variable, std::deque and std::shared_ptr ask for a newer C++ library than Node itself does.
class DeviceThread {
 public:
  // Starts a thread, of which the caller becomes an owner; returns an errno. `listener` hears the outcome of each task.
  static int Start(Napi::Env env, const Napi::Function& listener, DeviceThread** thread);
  DeviceThread(const DeviceThread&) = delete;
  DeviceThread& operator=(const DeviceThread&) = delete;

  // Tasks are run one after another, in their order.
  void Push(std::unique_ptr<DeviceTask> task);
  // Makes the event loop go on, or no longer, while this thread is there. On the thread of JavaScript.
  void KeepLoop(Napi::Env env, bool keep);
  // Drops the tasks that were not begun; the thread ends when the one that was has ended.
  void Stop();
  // The caller is no owner any more.
  void Leave();

 private:
  static void Deliver(Napi::Env env, Napi::Function listener, DeviceThread* self, DeviceTask* task);
  using Channel = Napi::TypedThreadSafeFunction<DeviceThread, DeviceTask, Deliver>;

  DeviceThread() = default;
  ~DeviceThread() { pthread_cond_destroy(&wake_); }

  static void* Main(void* self);
  std::unique_ptr<DeviceTask> NextTask();
  void SendBack(std::unique_ptr<DeviceTask> task);
  void ReleaseChannel();
  void ForgetChannel();

  std::atomic<int> owners_{3};
  SgFile file_;  // Of the thread alone.
  std::mutex mutex_;
  pthread_cond_t wake_ = PTHREAD_COND_INITIALIZER;
  // Guarded by `mutex_`:
  TaskQueue tasks_;
  bool stopping_ = false;
  // Node frees the channel with the environment, whoever still has it.
  bool has_channel_ = true;
  Channel channel_;
};

}  // namespace discsmith

#endif  // DISCSMITH_DEVICE_THREAD_H_
