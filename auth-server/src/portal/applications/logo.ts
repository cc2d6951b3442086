// The logo of an application: what it is, another one, and none.

import { MAX_LOGO_UPLOAD_BYTES } from '../../catalogue/logo.ts'
import { HttpProblem } from '../../http/problem.ts'
import { uploadedFile } from '../../http/upload.ts'
import { invalid } from '../../management/refusals.ts'
import { button } from '../../pages/components/button.ts'
import { fileField, hiddenFields } from '../../pages/components/field.ts'
import { form, uploadForm } from '../../pages/components/form.ts'
import { appMark } from '../../pages/components/mark.ts'
import { portalPage } from '../../pages/components/portal-page.ts'
import { refusedNotice } from '../../pages/components/refused.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import { sendPage } from '../../pages/send-page.ts'
import { actionOf, hrefOf, PATHS } from '../paths.ts'
import type { PortalPerson, PortalRoutes } from '../route.ts'
import { type Application, applicationHref, askOne, ifThere } from './one.ts'

export function logoRoutes(): PortalRoutes {
  return {
    [PATHS.applicationLogo]: {
      needs: 'developer',
      takesFile: true,
      async GET(request, reply, me) {
        return sendPage(reply, logoPage(me, (await askOne(request, me)).body))
      },
      async POST(request, reply, me) {
        const { body: application } = await askOne(request, me)
        const params = { client_id: application.client_id }
        const done =
          me.form.get('remove') === undefined
            ? await setLogo(me, params, uploadedFile(request))
            : await ifThere(me.attempt('applications.delete_logo', { params }))
        if (done instanceof HttpProblem) return sendPage(reply.code(done.status), logoPage(me, application, done))
        return me.backTo(reply, hrefOf(PATHS.applicationLogo, { application: params.client_id }), 'applicationChanged')
      },
    },
  }
}

async function setLogo(me: PortalPerson, params: Readonly<{ client_id: string }>, file: Buffer) {
  if (file.length === 0) return invalid('no_image')
  if (file.length > MAX_LOGO_UPLOAD_BYTES) return invalid('image_large')
  return me.attempt('applications.set_logo', { params, body: { image: file.toString('base64') } })
}

function logoPage(me: PortalPerson, application: Application, problem?: HttpProblem): Page {
  const { binding, frame } = me
  const { name, client_id: id, logo_path: path } = application
  const action = actionOf(PATHS.applicationLogo, { application: id })
  return (texts) => {
    const { logo, save, remove } = texts.portalApplications
    const content = html`${appMark(name, { color: null, logo: path })}
${uploadForm({ binding, action }, fileField({ name: 'image', label: logo.file, hint: logo.hint, accept: 'image/png,image/jpeg,image/webp' }), button(save))}
${path !== null && form({ binding, action }, ...hiddenFields({ remove: 'yes' }), button(remove, 'danger'))}`
    const notice = problem ? refusedNotice(problem, texts) : me.news(texts)
    const back = { label: name, href: applicationHref(application) }
    return portalPage({ frame, heading: logo.title, back, notice, content }, texts)
  }
}
