"""pod.py MANIFEST BUNDLE POD [INDEX] - a pod of MANIFEST as a bundle for an OCI runtime, in the new folder POD

What a node does with a Job's or CronJob's one container: BUNDLE is the unpacked image.  The environment has
CONFIGMAPS and SECRETS, JSON of {name: {key: text}} beside those in MANIFEST, and EXTRA, {name: value} for the container.
"""

import json
import os
import sys

import yaml

manifest, bundle, folder = sys.argv[1:4]
index = sys.argv[4] if len(sys.argv) > 4 else None
objects = list(yaml.safe_load_all(open(manifest)))
secrets = json.loads(os.environ["SECRETS"])
configs = {o["metadata"]["name"]: o["data"] for o in objects if o["kind"] == "ConfigMap"} | json.loads(os.environ.get("CONFIGMAPS", "{}"))
(work,) = (o for o in objects if o["kind"] in ("Job", "CronJob"))
job = work["spec"]["jobTemplate"]["spec"] if work["kind"] == "CronJob" else work["spec"]
pod = job["template"]["spec"]
(container,) = pod["containers"]
rights = container["securityContext"]
user = pod["securityContext"]["runAsUser"], pod["securityContext"]["runAsGroup"]
assert pod["securityContext"]["runAsNonRoot"] and user[0] != 0

spec = json.load(open(f"{bundle}/config.json"))
process = spec["process"]
image_env = dict(e.split("=", 1) for e in process["env"])
env = image_env | {
    e["name"]: e["value"] if "value" in e else secrets[e["valueFrom"]["secretKeyRef"]["name"]][e["valueFrom"]["secretKeyRef"]["key"]]
    for e in container["env"]
}
if job.get("completionMode") == "Indexed":
    env["JOB_COMPLETION_INDEX"] = index
process["env"] = [f"{name}={value}" for name, value in (env | json.loads(os.environ["EXTRA"])).items()]
if "command" in container:
    process["args"] = container["command"]
process["args"] += container.get("args", [])
process["terminal"] = False
process["user"] = {"uid": user[0], "gid": user[1]}
process["noNewPrivileges"] = not rights["allowPrivilegeEscalation"]
assert rights["capabilities"] == {"drop": ["ALL"]}
process["capabilities"] = {}
spec["root"] = {"path": f"{bundle}/rootfs", "readonly": rights["readOnlyRootFilesystem"]}
spec["hostname"] = work["metadata"]["name"]

# The network is the machine's, where simulator and server are; a volume of the image's is an empty one.
spec["linux"]["namespaces"] = [n for n in spec["linux"]["namespaces"] if n["type"] != "network"]
mounts = [m for m in spec["mounts"] if m["destination"] not in ("/state", "/sys/fs/cgroup")]
own = f"uid={user[0]},gid={user[1]}"
mounts.append({"destination": "/state", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "nodev", f"mode=0755,{own}"]})
volumes = {v["name"]: v for v in pod["volumes"]}
os.makedirs(folder)
for mount in container["volumeMounts"]:
    volume = volumes.pop(mount["name"])
    if "configMap" in volume:
        path = f"{folder}/{mount['name']}"
        os.mkdir(path)
        for name, text in configs[volume["configMap"]["name"]].items():
            with open(f"{path}/{name}", "w") as file:
                file.write(text)
        options = ["bind", "ro"] if mount["readOnly"] else ["bind"]
        mounts.append({"destination": mount["mountPath"], "type": "bind", "source": path, "options": options})
    else:
        assert volume["emptyDir"] == {}
        mounts.append({"destination": mount["mountPath"], "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "nodev", "mode=0777"]})
assert not volumes
# A pod's names are its node's to tell.
with open(f"{folder}/hosts", "w") as file:
    file.write("127.0.0.1 localhost db.example.com\n")
mounts.append({"destination": "/etc/hosts", "type": "bind", "source": f"{folder}/hosts", "options": ["bind", "ro"]})
spec["mounts"] = mounts
json.dump(spec, open(f"{folder}/config.json", "w"))
