"""
no-cloud.py IMAGE: what cloud-init's NoCloud source takes from an image, as JSON.

Which devices hold a seed, what is read of one, and what is made of that is cloud-init's own code. Where that asks for
devices by a property, blkid is asked of the image; where it mounts one, bsdtar extracts it.
"""
import json
import subprocess
import sys
import tempfile

from cloudinit import helpers, util
from cloudinit.sources.DataSourceNoCloud import DataSourceNoCloud

image = sys.argv[1]


def find_devs_with(criteria=None, *_args, **_options):
    tag, _, wanted = criteria.partition("=")
    command = ["/usr/sbin/blkid", "-p", "-o", "value", "-s", tag, image]
    found = subprocess.run(command, capture_output=True, text=True).stdout.strip()
    return [image] if found == wanted else []


def mount_cb(device, callback, data=None, *_args, **_options):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["bsdtar", "-xf", device, "-C", folder], check=True)
        return callback(folder, data)


util.find_devs_with = find_devs_with
util.mount_cb = mount_cb
with tempfile.TemporaryDirectory() as folder:
    paths = helpers.Paths({"cloud_dir": folder, "run_dir": folder})
    source = DataSourceNoCloud({}, None, paths)
    found = source._get_data()
    text = lambda value: value.decode() if isinstance(value, bytes) else value
    result = {"found": found, "seed": source.seed}
    if found:
        result["metaData"] = source.metadata
        result["userData"] = text(source.userdata_raw)
        result["vendorData"] = text(source.vendordata_raw)
        result["networkConfig"] = source.network_config
    print(json.dumps(result))
