{{- define "meshfw.name" -}}
{{- printf "%s" .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "meshfw.selector" -}}
app.kubernetes.io/name: meshfw
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "meshfw.labels" -}}
{{ include "meshfw.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{/* The stable name of each node's cluster port, in the headless service. */}}
{{- define "meshfw.members" -}}
{{- $name := include "meshfw.name" . -}}
{{- $ns := .Release.Namespace -}}
{{- $list := list -}}
{{- range $i := until (int .Values.replicas) -}}
{{- $list = append $list (printf "\"%s-%d.%s-internal.%s.svc:7000\"" $name $i $name $ns) -}}
{{- end -}}
{{- join ", " $list -}}
{{- end -}}
